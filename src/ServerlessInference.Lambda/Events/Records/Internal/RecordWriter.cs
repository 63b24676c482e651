using Microsoft.Extensions.Logging;
using ServerlessInference.Results;

namespace ServerlessInference.Lambda;

/// <summary>Writes the results of some records to the sink, keeps the order that the records' service asks for, and decides what became of each.</summary>
internal sealed partial class RecordWriter(IResultSink? sink, TimeProvider time, ILogger logger)
{
    /// <summary>Writes results.</summary>
    /// <param name="chunk">The records.</param>
    /// <param name="rules">How they are treated.</param>
    /// <param name="blocked">Groups of which a record failed: what follows in them is held back.</param>
    /// <param name="cancellationToken">The invocation's.</param>
    /// <returns>Whether to go on; not, when the time ran out or a record that is followed by others in order failed.</returns>
    public async ValueTask<bool> WriteAsync(ArraySegment<RecordStatus> chunk, RecordRules rules, HashSet<string> blocked, CancellationToken cancellationToken)
    {
        if (sink is IBatchResultSink batch && !HasGroups(chunk))
        {
            return await WriteTogetherAsync(batch, chunk, rules, cancellationToken).ConfigureAwait(false);
        }

        foreach (RecordStatus status in chunk)
        {
            string? group = status.Record.Group;
            if (group is not null && blocked.Contains(group))
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

            if (group is not null)
            {
                blocked.Add(group);
            }

            if (rules.InOrder)
            {
                return false;
            }
        }

        return !cancellationToken.IsCancellationRequested;
    }

    private static bool HasGroups(ArraySegment<RecordStatus> chunk)
    {
        foreach (RecordStatus status in chunk)
        {
            if (status.Record.Group is not null)
            {
                return true;
            }
        }

        return false;
    }

    private async ValueTask<bool> WriteTogetherAsync(IBatchResultSink batch, ArraySegment<RecordStatus> chunk, RecordRules rules, CancellationToken cancellationToken)
    {
        var written = new List<RecordStatus>(chunk.Count);
        bool failed = false;
        foreach (RecordStatus status in chunk)
        {
            Decide(status, rules);
            failed |= !status.IsSettled;
            if (failed && rules.InOrder)
            {
                break;
            }

            if (status.IsSettled)
            {
                written.Add(status);
            }
        }

        if (written.Count > 0)
        {
            failed |= await WriteAllAsync(batch, written, cancellationToken).ConfigureAwait(false);
        }

        return !(failed && rules.InOrder) && !cancellationToken.IsCancellationRequested;
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

    /// <summary>Says what becomes of a record if the sink takes its result.</summary>
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
            // Without a sink nobody would ever hear of it.
            status.State = rules.PassOverUnusable && sink is not null ? RecordState.PassedOver : RecordState.Unusable;
            LogUnusable(logger, status.Record.Id, error.Message);
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
        LogNotWritten(logger, exception, status.Record.Id);
    }

    private SinkRecord ToSinkRecord(RecordStatus status) => new(status.Record.Origin, status.Record.Id, status.Result!, status.Json)
    {
        SourceObject = status.Item,
        Time = status.Record.Time ?? time.GetUtcNow(),
    };

    [LoggerMessage(EventId = 120, Level = LogLevel.Warning, Message = "Record {Record} cannot be answered: {Reason}")]
    private static partial void LogUnusable(ILogger logger, string record, string reason);

    [LoggerMessage(EventId = 121, Level = LogLevel.Error, Message = "The result of record {Record} could not be written")]
    private static partial void LogNotWritten(ILogger logger, Exception exception, string record);
}
