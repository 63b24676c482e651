using System.Text.Json;

namespace ServerlessInference.Pipelines;

/// <summary>A model's pipeline from encoded bytes (an image file, a JSON document) to a JSON answer: what event sources need to know of it.</summary>
/// <remarks>Resolve it by the model's name. Thread-safe.</remarks>
public interface IEncodedPipeline
{
    /// <summary>Answers inputs together, as <see cref="IInferencePipeline{TInput, TOutput}.RunBatchAsync"/> does.</summary>
    /// <param name="inputs">The encoded inputs; they must stay unchanged until the answers are there.</param>
    /// <param name="cancellationToken">Ends waiting for the model, and a running inference.</param>
    /// <returns>A result for each input, in their order; an input that cannot be decoded or used has its error there.</returns>
    ValueTask<IReadOnlyList<InferenceResult>> RunAsync(IReadOnlyList<ReadOnlyMemory<byte>> inputs, CancellationToken cancellationToken = default);

    /// <summary>Writes a successful result's answer as one JSON value.</summary>
    /// <param name="result">A result of <see cref="RunAsync"/>.</param>
    /// <param name="writer">Takes the value.</param>
    void WriteValue(InferenceResult result, Utf8JsonWriter writer);
}
