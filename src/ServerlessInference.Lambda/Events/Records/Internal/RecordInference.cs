using Microsoft.Extensions.Logging;
using ServerlessInference.Pipelines;

namespace ServerlessInference.Lambda;

/// <summary>Gives the inputs of some records to the model together.</summary>
internal sealed partial class RecordInference(string model, IEncodedPipeline pipeline, IInputFetcher? fetcher, ILogger logger)
{
    /// <summary>How many inputs are fetched at a time.</summary>
    private const int FetchesAtOnce = 8;

    /// <summary>Sets a result or a failure; neither where the time ran out.</summary>
    public async ValueTask InferAsync(ArraySegment<RecordStatus> chunk, ReferenceOptions? limits, CancellationToken cancellationToken)
    {
        var inputs = new ReadOnlyMemory<byte>?[chunk.Count];
        var references = new List<int>();
        for (int i = 0; i < inputs.Length; i++)
        {
            BatchRecord record = chunk[i].Record;
            if (record.Error is { } error)
            {
                Refuse(chunk[i], error);
            }
            else if (record.Input.Reference is null)
            {
                inputs[i] = record.Input.Content;
            }
            else
            {
                references.Add(i);
            }
        }

        if (references.Count > 0)
        {
            await Parallel.ForEachAsync(
                references,
                new ParallelOptions { MaxDegreeOfParallelism = FetchesAtOnce },
                async (i, _) => inputs[i] = await FetchAsync(chunk[i], limits, cancellationToken).ConfigureAwait(false)).ConfigureAwait(false);
        }

        int[] asked = [.. Enumerable.Range(0, inputs.Length).Where(i => inputs[i] is not null)];
        if (asked.Length > 0 && !cancellationToken.IsCancellationRequested)
        {
            await RunAsync(chunk, inputs, asked, cancellationToken).ConfigureAwait(false);
        }
    }

    private async ValueTask<ReadOnlyMemory<byte>?> FetchAsync(RecordStatus status, ReferenceOptions? limits, CancellationToken cancellationToken)
    {
        try
        {
            (ReadOnlyMemory<byte> content, Results.ObjectReference? item) = await fetcher!.FetchAsync(status.Record.Input.Reference!, limits!, cancellationToken).ConfigureAwait(false);
            status.Item = item;
            return content;
        }
        catch (InvalidInputException exception)
        {
            Refuse(status, exception);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Out of time: the record stays as it is and comes again.
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            status.Failure = exception;
            LogNotFetched(logger, exception, status.Record.Id);
        }

        return null;
    }

    private async ValueTask RunAsync(ArraySegment<RecordStatus> chunk, ReadOnlyMemory<byte>?[] inputs, int[] asked, CancellationToken cancellationToken)
    {
        try
        {
            IReadOnlyList<InferenceResult> results = await pipeline.RunAsync(Array.ConvertAll(asked, i => inputs[i]!.Value), cancellationToken).ConfigureAwait(false);
            for (int i = 0; i < asked.Length; i++)
            {
                RecordStatus status = chunk[asked[i]];
                if (results[i].Error is { } error and not InvalidInputException)
                {
                    status.Failure = error;
                    LogNotAnswered(logger, error, status.Record.Id);
                }
                else
                {
                    status.Result = results[i];
                }
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            LogOutOfTime(logger, chunk[asked[0]].Record.Id);
        }
        catch (Exception exception) when (exception is not (OutOfMemoryException or ModelLoadException or ModelContractException))
        {
            if (asked.Length == 1)
            {
                chunk[asked[0]].Failure = exception;
                LogNotAnswered(logger, exception, chunk[asked[0]].Record.Id);
                return;
            }

            // One input that the model cannot stand must not take the others with it.
            foreach (int i in asked)
            {
                await RunAsync(chunk, inputs, [i], cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private void Refuse(RecordStatus status, InvalidInputException error) =>
        status.Result = InferenceResult.Failed<object>(error, new ModelIdentity(model, "not asked", "none"));

    [LoggerMessage(EventId = 123, Level = LogLevel.Error, Message = "The input of record {Record} could not be fetched")]
    private static partial void LogNotFetched(ILogger logger, Exception exception, string record);

    [LoggerMessage(EventId = 124, Level = LogLevel.Error, Message = "Record {Record} could not be answered")]
    private static partial void LogNotAnswered(ILogger logger, Exception exception, string record);

    [LoggerMessage(EventId = 126, Level = LogLevel.Error, Message = "The time ran out while record {Record} and those after it were answered")]
    private static partial void LogOutOfTime(ILogger logger, string record);
}
