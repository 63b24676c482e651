namespace ServerlessInference.Lambda;

/// <summary>How a function treats its invocations.</summary>
/// <remarks>Read from the configuration section <c>ServerlessInference:Function</c> (environment: <c>ServerlessInference__Function__DeadlineMargin</c>), then set by code.</remarks>
public sealed class InferenceFunctionOptions
{
    /// <summary>Gets or sets how long before Lambda's deadline an invocation is cancelled, so that there is time to answer.</summary>
    /// <value>
    /// 10 ms to 1 minute. The default is 500 ms. Where an invocation has less than four times as much left when it begins, a quarter of
    /// what is left is taken.
    /// </value>
    public TimeSpan DeadlineMargin { get; set; } = TimeSpan.FromMilliseconds(500);

    internal void Validate(ICollection<string> failures)
    {
        if (DeadlineMargin < TimeSpan.FromMilliseconds(10) || DeadlineMargin > TimeSpan.FromMinutes(1))
        {
            failures.Add($"ServerlessInference:Function: DeadlineMargin is {DeadlineMargin}; it must be between 10 ms and 1 minute.");
        }
    }
}
