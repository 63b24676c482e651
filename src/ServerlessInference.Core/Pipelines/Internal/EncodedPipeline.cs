using System.Text.Json;

namespace ServerlessInference.Pipelines;

/// <summary>Decodes bytes for a pipeline, and writes its answers as JSON. Thread-safe.</summary>
internal sealed class EncodedPipeline<TInput, TOutput>(
    string name,
    IInferencePipeline<TInput, TOutput> pipeline,
    Func<ReadOnlyMemory<byte>, EncodedInputs<TInput>> decode,
    Action<Utf8JsonWriter, TOutput> write) : IEncodedPipeline, IDryRunnable
{
    public ReadOnlyMemory<byte> SampleInput => pipeline is IDryRunnable<TInput, TOutput> runnable ? runnable.SampleInput : default;

    /// <summary>The count of an input that is not answered by an array.</summary>
    private const int Single = -1;

    public async ValueTask<IReadOnlyList<InferenceResult>> RunAsync(
        IReadOnlyList<ReadOnlyMemory<byte>> inputs, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        var results = new InferenceResult?[inputs.Count];
        int[] counts = new int[inputs.Count];
        List<TInput> decoded = Decode(inputs, results, counts);
        return Merge(results, counts, await pipeline.RunBatchAsync(decoded, cancellationToken).ConfigureAwait(false));
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
        int[] counts = new int[inputs.Count];
        return await runnable.DryRunAsync(Decode(inputs, results, counts), cancellationToken).ConfigureAwait(false) is { } answers
            ? Merge(results, counts, answers)
            : null;
    }

    public void WriteValue(InferenceResult result, Utf8JsonWriter writer)
    {
        ArgumentNullException.ThrowIfNull(result);
        ArgumentNullException.ThrowIfNull(writer);
        if (result is InferenceResult<TOutput> single)
        {
            write(writer, single.Value);
            return;
        }

        writer.WriteStartArray();
        foreach (TOutput answer in ((InferenceResult<IReadOnlyList<TOutput>>)result).Value)
        {
            write(writer, answer);
        }

        writer.WriteEndArray();
    }

    /// <summary>Decodes the inputs, and stores the results of those that cannot be decoded.</summary>
    private List<TInput> Decode(IReadOnlyList<ReadOnlyMemory<byte>> inputs, InferenceResult?[] results, int[] counts)
    {
        var decoded = new List<TInput>(inputs.Count);
        for (int i = 0; i < inputs.Count; i++)
        {
            try
            {
                EncodedInputs<TInput> given = decode(inputs[i]);
                for (int item = 0; item < given.Count; item++)
                {
                    decoded.Add(given[item]);
                }

                counts[i] = given.IsSingle ? Single : given.Count;
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
    private InferenceResult[] Merge(InferenceResult?[] results, int[] counts, IReadOnlyList<InferenceResult<TOutput>> answers)
    {
        for (int i = 0, next = 0; i < results.Length; i++)
        {
            if (results[i] is not null)
            {
                continue;
            }

            if (counts[i] == Single)
            {
                results[i] = answers[next++];
            }
            else
            {
                results[i] = CombinedAnswers.Combine(answers, next, counts[i], name, "Input");
                next += counts[i];
            }
        }

        return results!;
    }
}
