using Microsoft.Extensions.Logging;
using ServerlessInference.Lambda.Events.Inputs;
using ServerlessInference.Lambda.Invocations;
using ServerlessInference.Pipelines;
using ServerlessInference.Results;

namespace ServerlessInference.Lambda.Events.Records;

/// <summary>Fetches the inputs of a part of a batch, and runs the model on all of them together.</summary>
internal sealed class RecordInference(string model, IEncodedPipeline pipeline, IInputFetcher? fetcher, ILogger logger)
{
    private const int MaxConcurrentFetches = 8;

    /// <summary>Sets a result or a failure for each record; neither for records that were not reached before the time ran out.</summary>
    public async ValueTask InferAsync(ArraySegment<RecordStatus> part, ReferenceOptions? limits, CancellationToken cancellationToken)
    {
        var inputs = new ReadOnlyMemory<byte>?[part.Count];
        var references = new List<int>();
        for (int i = 0; i < inputs.Length; i++)
        {
            BatchRecord record = part[i].Record;
            if (record.Error is { } error)
            {
                SetInvalid(part[i], error);
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
                new ParallelOptions { MaxDegreeOfParallelism = MaxConcurrentFetches },
                async (i, _) => inputs[i] = await FetchAsync(part[i], limits, cancellationToken).ConfigureAwait(false))
                .ConfigureAwait(false);
        }

        int[] indices = [.. Enumerable.Range(0, inputs.Length).Where(i => inputs[i] is not null)];
        if (indices.Length > 0 && !cancellationToken.IsCancellationRequested)
        {
            await RunAsync(part, inputs, indices, cancellationToken).ConfigureAwait(false);
        }
    }

    private async ValueTask<ReadOnlyMemory<byte>?> FetchAsync(
        RecordStatus status, ReferenceOptions? limits, CancellationToken cancellationToken)
    {
        try
        {
            (ReadOnlyMemory<byte> content, ObjectReference? item) = await fetcher!
                .FetchAsync(status.Record.Input.Reference!, limits!, cancellationToken).ConfigureAwait(false);
            status.Item = item;
            return content;
        }
        catch (InvalidInputException exception)
        {
            SetInvalid(status, exception);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The time ran out: the record remains "not reached" and is redelivered.
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            status.Failure = exception;
            LogMessages.RecordInputNotFetched(logger, exception, status.Record.Id);
        }

        return null;
    }

    private async ValueTask RunAsync(
        ArraySegment<RecordStatus> part, ReadOnlyMemory<byte>?[] inputs, int[] indices, CancellationToken cancellationToken)
    {
        try
        {
            IReadOnlyList<InferenceResult> results = await pipeline
                .RunAsync(Array.ConvertAll(indices, i => inputs[i]!.Value), cancellationToken).ConfigureAwait(false);
            for (int i = 0; i < indices.Length; i++)
            {
                RecordStatus status = part[indices[i]];
                if (results[i].Error is { } error and not InvalidInputException)
                {
                    status.Failure = error;
                    LogMessages.RecordFailed(logger, error, status.Record.Id);
                }
                else
                {
                    status.Result = results[i];
                }
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            LogMessages.RecordTimedOut(logger, part[indices[0]].Record.Id);
        }
        catch (Exception exception) when (exception is not (OutOfMemoryException or ModelLoadException or ModelContractException))
        {
            if (indices.Length == 1)
            {
                part[indices[0]].Failure = exception;
                LogMessages.RecordFailed(logger, exception, part[indices[0]].Record.Id);
                return;
            }

            // A single input may have caused the failure, so each input is run alone. The others then succeed.
            foreach (int i in indices)
            {
                await RunAsync(part, inputs, [i], cancellationToken).ConfigureAwait(false);
            }
        }
    }

    // The model has not processed the input, so the result names it without a version.
    private void SetInvalid(RecordStatus status, InvalidInputException error) =>
        status.Result = InferenceResult.Failed<object>(error, new ModelIdentity(model, "not asked", "none"));
}
