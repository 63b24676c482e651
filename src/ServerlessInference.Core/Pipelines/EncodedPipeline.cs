using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace ServerlessInference.Pipelines;

/// <summary>Decodes bytes for a pipeline, and writes its answers as JSON. Thread-safe.</summary>
internal sealed class EncodedPipeline<TInput, TOutput>(
    string name,
    IInferencePipeline<TInput, TOutput> pipeline,
    Func<ReadOnlyMemory<byte>, TInput> decode,
    JsonTypeInfo<TOutput> json) : IEncodedPipeline
{
    public async ValueTask<IReadOnlyList<InferenceResult>> RunAsync(
        IReadOnlyList<ReadOnlyMemory<byte>> inputs, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        var decoded = new List<TInput>(inputs.Count);
        var results = new InferenceResult?[inputs.Count];
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
        }

        IReadOnlyList<InferenceResult<TOutput>> answers = await pipeline.RunBatchAsync(decoded, cancellationToken).ConfigureAwait(false);
        for (int i = 0, next = 0; i < results.Length; i++)
        {
            results[i] ??= answers[next++];
        }

        return results!;
    }

    public void WriteValue(InferenceResult result, Utf8JsonWriter writer)
    {
        ArgumentNullException.ThrowIfNull(result);
        ArgumentNullException.ThrowIfNull(writer);
        JsonSerializer.Serialize(writer, ((InferenceResult<TOutput>)result).Value, json);
    }
}
