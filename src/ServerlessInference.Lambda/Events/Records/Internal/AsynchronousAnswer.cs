using System.Text.Json;
using ServerlessInference.Lambda.Invocations;

namespace ServerlessInference.Lambda.Events.Records;

/// <summary>
/// Answers an asynchronous invocation: it succeeds with <c>{"answered":…,"skipped":…}</c>, or fails as a whole, after which Lambda repeats
/// it.
/// </summary>
internal static class AsynchronousAnswer
{
    /// <summary>The maximum number of records that the error of a failed invocation names.</summary>
    private const int MaxListed = 20;

    /// <summary>Writes the answer.</summary>
    /// <param name="invocation">The invocation.</param>
    /// <param name="statuses">The outcomes of all records.</param>
    /// <param name="errorType">The type of the error, if records have failed.</param>
    /// <param name="noun">The records in words: <c>objects</c>.</param>
    public static void Write(Invocation invocation, IReadOnlyList<RecordStatus> statuses, string errorType, string noun)
    {
        var failed = new List<RecordStatus>();
        int answered = 0;
        foreach (RecordStatus status in statuses)
        {
            answered += status.State == RecordState.Done ? 1 : 0;
            if (!status.IsSettled)
            {
                failed.Add(status);
            }
        }

        if (failed.Count == 0)
        {
            WriteCounts(invocation, answered, statuses.Count - answered);
            return;
        }

        IEnumerable<string> listed = failed.Take(MaxListed)
            .Select(status => $"{status.Item?.ToString() ?? status.Record.Id}: {GetReason(status, invocation.Context.RequestId)}");
        string more = failed.Count > MaxListed ? $" And {failed.Count - MaxListed} more." : string.Empty;
        ErrorJson.Write(invocation, new FunctionError(
            errorType, $"{failed.Count} of {statuses.Count} {noun} failed; the others are done. {string.Join(" ", listed)}{more}"));
    }

    private static void WriteCounts(Invocation invocation, int answered, int skipped)
    {
        Utf8JsonWriter writer = invocation.BeginResponse();
        writer.WriteStartObject();
        writer.WriteNumber("answered"u8, answered);
        writer.WriteNumber("skipped"u8, skipped);
        writer.WriteEndObject();
        writer.Flush();
    }

    private static string GetReason(RecordStatus status, string requestId) => status switch
    {
        { State: RecordState.Invalid, Result.Error: { } error } => error.Message,
        { State: RecordState.NotReached } => "The time ran out before it was processed.",
        _ => $"It failed; request {requestId} in the function's log says why.",
    };
}
