using Microsoft.Extensions.Logging;
using ServerlessInference.Lambda.Invocations;
using ServerlessInference.Results;

namespace ServerlessInference.Lambda.Events.Records;

/// <summary>
/// Writes the results of a part of a batch to the sink, in the order that the records' service requires, and decides each record's outcome.
/// </summary>
internal sealed class RecordWriter(IResultSink? sink, TimeProvider time, ILogger logger)
{
    /// <summary>Writes results.</summary>
    /// <param name="part">The records.</param>
    /// <param name="rules">The rules for these records.</param>
    /// <param name="blockedGroups">
    /// The groups of which a record has failed. Later records of these groups are not written, so that their order is kept when they are
    /// redelivered.
    /// </param>
    /// <param name="cancellationToken">The invocation's token.</param>
    /// <returns>Whether to continue with the next part: not if the time ran out, or if a record of a stream failed.</returns>
    public async ValueTask<bool> WriteAsync(
        ArraySegment<RecordStatus> part, RecordRules rules, HashSet<string> blockedGroups, CancellationToken cancellationToken)
    {
        if (sink is IBatchResultSink batch && (rules.WritesGroupsTogether || !HasGroups(part)))
        {
            return await WriteTogetherAsync(batch, part, rules, blockedGroups, cancellationToken).ConfigureAwait(false);
        }

        foreach (RecordStatus status in part)
        {
            string? group = status.Record.Group;
            if (group is not null && blockedGroups.Contains(group))
            {
                continue;
            }

            Decide(status, rules);
            if (status.IsSettled && sink is not null)
            {
                await WriteOneAsync(status, cancellationToken).ConfigureAwait(false);
            }

            if (status.IsSettled)
            {
                continue;
            }

            Block(status, blockedGroups);
            if (rules.InOrder)
            {
                return false;
            }
        }

        return !cancellationToken.IsCancellationRequested;
    }

    private static bool HasGroups(ArraySegment<RecordStatus> part)
    {
        foreach (RecordStatus status in part)
        {
            if (status.Record.Group is not null)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>
    /// Writes the results of a part together; if writes are ordered, only as many at a time as have different keys, so that no result can
    /// overtake another one with the same key.
    /// </summary>
    private async ValueTask<bool> WriteTogetherAsync(
        IBatchResultSink batch,
        ArraySegment<RecordStatus> part,
        RecordRules rules,
        HashSet<string> blockedGroups,
        CancellationToken cancellationToken)
    {
        bool failed = false;
        for (int start = 0; start < part.Count && !(failed && rules.InOrder);)
        {
            int count = rules.OrderedWrites ? CountDifferentKeys(part, start) : part.Count;
            failed |= await WriteSomeAsync(batch, part.Slice(start, count), rules, blockedGroups, cancellationToken).ConfigureAwait(false);
            start += count;
        }

        return !(failed && rules.InOrder) && !cancellationToken.IsCancellationRequested;
    }

    private static int CountDifferentKeys(ArraySegment<RecordStatus> part, int start)
    {
        var keys = new HashSet<string>(StringComparer.Ordinal);
        int end = start;
        while (end < part.Count && (part[end].Record.Key is not { } key || keys.Add(key)))
        {
            end++;
        }

        return end - start;
    }

    /// <summary>Writes results with one call of the sink.</summary>
    /// <returns>Whether a record has failed.</returns>
    private async ValueTask<bool> WriteSomeAsync(
        IBatchResultSink batch,
        ArraySegment<RecordStatus> part,
        RecordRules rules,
        HashSet<string> blockedGroups,
        CancellationToken cancellationToken)
    {
        var written = new List<RecordStatus>(part.Count);
        bool failed = false;
        foreach (RecordStatus status in part)
        {
            if (status.Record.Group is { } group && blockedGroups.Contains(group))
            {
                continue;
            }

            Decide(status, rules);
            if (status.IsSettled)
            {
                written.Add(status);
                continue;
            }

            failed = true;
            Block(status, blockedGroups);
            if (rules.InOrder)
            {
                break;
            }
        }

        if (written.Count > 0 && await WriteAllAsync(batch, written, cancellationToken).ConfigureAwait(false))
        {
            failed = true;
            written.ForEach(status => Block(status, blockedGroups));
        }

        return failed;
    }

    private static void Block(RecordStatus status, HashSet<string> blockedGroups)
    {
        if (!status.IsSettled && status.Record.Group is { } group)
        {
            blockedGroups.Add(group);
        }
    }

    private async ValueTask<bool> WriteAllAsync(IBatchResultSink batch, List<RecordStatus> written, CancellationToken cancellationToken)
    {
        IReadOnlyList<Exception?> errors;
        try
        {
            cancellationToken.ThrowIfCancellationRequested();
            errors = await batch.WriteAsync(written.ConvertAll(ToSinkRecord), cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            var all = new Exception?[written.Count];
            Array.Fill(all, exception);
            errors = all;
        }

        bool failed = false;
        for (int i = 0; i < written.Count; i++)
        {
            if (errors[i] is { } error)
            {
                failed = true;
                Fail(written[i], error);
            }
        }

        return failed;
    }

    private async ValueTask WriteOneAsync(RecordStatus status, CancellationToken cancellationToken)
    {
        try
        {
            cancellationToken.ThrowIfCancellationRequested();
            await sink!.WriteAsync(ToSinkRecord(status), cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            Fail(status, exception);
        }
    }

    /// <summary>Decides a record's outcome, provided that its result can be written to the sink.</summary>
    private void Decide(RecordStatus status, RecordRules rules)
    {
        if (status.Failure is not null)
        {
            status.State = RecordState.Failed;
        }
        else if (status.Result is null)
        {
            status.State = RecordState.NotReached;
        }
        else if (status.Result.Error is { } error)
        {
            // Without a sink, the error of a skipped record would be lost.
            status.State = rules.SkipInvalidRecords && sink is not null ? RecordState.Skipped : RecordState.Invalid;

            // If the model failed on the input, the sender is not told its error, which may name files and operators.
            Exception? cause = error.InnerException is InferenceException and not InvalidInputException ? error.InnerException : null;
            LogMessages.RecordInvalid(logger, cause, status.Record.Id, error.Message);
        }
        else
        {
            status.State = RecordState.Done;
        }
    }

    private void Fail(RecordStatus status, Exception exception)
    {
        status.State = RecordState.Failed;
        status.Failure = exception;
        LogMessages.ResultNotWritten(logger, exception, status.Record.Id);
    }

    private SinkRecord ToSinkRecord(RecordStatus status) => new(status.Record.Origin, status.Record.SinkId, status.Result!, status.Json)
    {
        SourceObject = status.Item,
        Time = status.Record.Time ?? time.GetUtcNow(),
    };
}
