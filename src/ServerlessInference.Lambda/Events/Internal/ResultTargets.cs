using ServerlessInference.Results;

namespace ServerlessInference.Lambda.Events;

/// <summary>Creates result targets from what the application configures.</summary>
internal static class ResultTargets
{
    /// <summary>Creates a target that the application describes.</summary>
    /// <exception cref="ArgumentException">The application has not named a sink.</exception>
    public static ResultTarget Create(Action<ResultTarget> results)
    {
        ArgumentNullException.ThrowIfNull(results);
        var target = new ResultTarget();
        results(target);
        return target.IsEmpty
            ? throw new ArgumentException(
                "No sink was named. Call ToS3, ToDynamoDb or To, or ToNothing if the results are not needed.", nameof(results))
            : target;
    }
}
