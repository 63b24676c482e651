using System.Text.Json;

namespace ServerlessInference.Pipelines;

/// <summary>Decodes bytes for a pipeline, and writes its answers as JSON. Thread-safe.</summary>
internal sealed class EncodedPipeline<TInput, TOutput>(
    string name,
    IInferencePipeline<TInput, TOutput> pipeline,
    Func<ReadOnlyMemory<byte>, TInput> decode,
    Action<Utf8JsonWriter, TOutput> write) : IEncodedPipeline, IDryRunnable
{
    public ReadOnlyMemory<byte> SampleInput => pipeline is IDryRunnable<TInput, TOutput> runnable ? runnable.SampleInput : default;

    public async ValueTask<IReadOnlyList<InferenceResult>> RunAsync(
        IReadOnlyList<ReadOnlyMemory<byte>> inputs, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        var results = new InferenceResult?[inputs.Count];
        List<TInput> decoded = Decode(inputs, results);
        return Merge(results, await pipeline.RunBatchAsync(decoded, cancellationToken).ConfigureAwait(false));
    }

    public async ValueTask<IReadOnlyList<InferenceResult>?> DryRunAsync(
        IReadOnlyList<ReadOnlyMemory<byte>> inputs, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(inputs);

        // A pipeline that the application registered instead of ours may do anything, so it is never run without being asked to.
        if (pipeline is not IDryRunnable<TInput, TOutput> runnable)
        {
            return null;
        }

        var results = new InferenceResult?[inputs.Count];
        return await runnable.DryRunAsync(Decode(inputs, results), cancellationToken).ConfigureAwait(false) is { } answers
            ? Merge(results, answers)
            : null;
    }

    public void WriteValue(InferenceResult result, Utf8JsonWriter writer)
    {
        ArgumentNullException.ThrowIfNull(result);
        ArgumentNullException.ThrowIfNull(writer);
        write(writer, ((InferenceResult<TOutput>)result).Value);
    }

    /// <summary>Decodes the inputs, and stores the results of those that cannot be decoded.</summary>
    private List<TInput> Decode(IReadOnlyList<ReadOnlyMemory<byte>> inputs, InferenceResult?[] results)
    {
        var decoded = new List<TInput>(inputs.Count);
        for (int i = 0; i < inputs.Count; i++)
        {
            try
            {
                decoded.Add(decode(inputs[i]));
            }
            catch (InvalidInputException exception)
            {
                results[i] = InferenceResult.Failed<TOutput>(exception, new ModelIdentity(name, "not asked", "none"));
            }
            catch (OutOfMemoryException exception)
            {
                results[i] = InferenceResult.Failed<TOutput>(
                    FailedInput.CreateTooLarge(name, exception), new ModelIdentity(name, "not asked", "none"));
            }
        }

        return decoded;
    }

    /// <summary>Inserts the answers in the gaps that <see cref="Decode"/> has left.</summary>
    private static InferenceResult[] Merge(InferenceResult?[] results, IReadOnlyList<InferenceResult<TOutput>> answers)
    {
        for (int i = 0, next = 0; i < results.Length; i++)
        {
            results[i] ??= answers[next++];
        }

        return results!;
    }
}
