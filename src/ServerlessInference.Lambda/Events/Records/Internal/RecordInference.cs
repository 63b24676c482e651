using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using ServerlessInference.Lambda.Events.Inputs;
using ServerlessInference.Lambda.Invocations;
using ServerlessInference.Pipelines;
using ServerlessInference.Results;

namespace ServerlessInference.Lambda.Events.Records;

/// <summary>Fetches the inputs of a part of a batch, and runs the model on all of them together.</summary>
/// <remarks>
/// A record that needs more memory than there is must not take the others with it. Records whose input did not fit next to the other
/// inputs are therefore processed one by one when the memory of the others is free. A record that fails alone as well is invalid.
/// </remarks>
internal sealed class RecordInference(string model, IEncodedPipeline pipeline, IInputFetcher? fetcher, ILogger logger)
{
    private const int MaxConcurrentFetches = 8;

    /// <summary>Sets a result or a failure for each record; neither for records that were not reached before the time ran out.</summary>
    public async ValueTask InferAsync(ArraySegment<RecordStatus> part, ReferenceOptions? limits, CancellationToken cancellationToken)
    {
        var inputs = new ReadOnlyMemory<byte>?[part.Count];
        var unfetched = new ConcurrentBag<int>();
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
                async (i, _) => inputs[i] =
                    await FetchAsync(part[i], limits, () => unfetched.Add(i), cancellationToken).ConfigureAwait(false))
                .ConfigureAwait(false);
        }

        int[] indices = [.. Enumerable.Range(0, inputs.Length).Where(i => inputs[i] is not null)];
        if (indices.Length > 0 && !cancellationToken.IsCancellationRequested)
        {
            await RunAsync(part, inputs, indices, cancellationToken).ConfigureAwait(false);
        }

        if (!unfetched.IsEmpty)
        {
            Array.Clear(inputs);
            await InferAloneAsync(part, inputs, [.. unfetched], limits, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Fetches and answers one record after another, so that only one input is in memory.</summary>
    private async ValueTask InferAloneAsync(
        ArraySegment<RecordStatus> part,
        ReadOnlyMemory<byte>?[] inputs,
        int[] indices,
        ReferenceOptions? limits,
        CancellationToken cancellationToken)
    {
        Array.Sort(indices);
        foreach (int i in indices)
        {
            if (cancellationToken.IsCancellationRequested)
            {
                return;
            }

            bool isTooLarge = false;
            inputs[i] = await FetchAsync(part[i], limits, () => isTooLarge = true, cancellationToken).ConfigureAwait(false);
            if (isTooLarge)
            {
                SetInvalid(part[i], CreateTooLarge("The input is larger than the memory that the function has left."));
            }
            else if (inputs[i] is not null)
            {
                await RunAsync(part, inputs, [i], cancellationToken).ConfigureAwait(false);
                inputs[i] = null;
            }
        }
    }

    private async ValueTask<ReadOnlyMemory<byte>?> FetchAsync(
        RecordStatus status, ReferenceOptions? limits, Action onOutOfMemory, CancellationToken cancellationToken)
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
        catch (OutOfMemoryException)
        {
            onOutOfMemory();
        }
        catch (Exception exception)
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
        catch (Exception exception) when (exception is not (ModelLoadException or ModelContractException))
        {
            if (indices.Length == 1)
            {
                if (exception is OutOfMemoryException)
                {
                    SetInvalid(part[indices[0]], CreateTooLarge("Answering the input needs more memory than the function has left."));
                    return;
                }

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

    private static InvalidInputException CreateTooLarge(string found) =>
        new(InvalidInputKind.TooLarge, found + " Send a smaller input, or give the function more memory.");

    // The model has not processed the input, so the result names it without a version.
    private void SetInvalid(RecordStatus status, InvalidInputException error) =>
        status.Result = InferenceResult.Failed<object>(error, new ModelIdentity(model, "not asked", "none"));
}
