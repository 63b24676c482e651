using System.Text.Json;

namespace ServerlessInference.Pipelines;

/// <summary>
/// A pipeline that takes encoded bytes (an image file, a JSON document) and writes its answers as JSON. Event sources use it.
/// </summary>
/// <remarks>
/// Every model has one, unless it has a pipeline of your own without <c>AcceptEncoded</c>. Resolve it by the name of the model.
/// Thread-safe.
/// </remarks>
public interface IEncodedPipeline
{
    /// <summary>Answers inputs together, as <see cref="IInferencePipeline{TInput, TOutput}.RunBatchAsync"/> does.</summary>
    /// <param name="inputs">The encoded inputs; do not change them before the answers have been returned.</param>
    /// <param name="cancellationToken">Cancels waiting for the model and a running inference.</param>
    /// <returns>
    /// One result per input, in the order of the inputs. An input that cannot be decoded or used has its error in its result.
    /// </returns>
    ValueTask<IReadOnlyList<InferenceResult>> RunAsync(
        IReadOnlyList<ReadOnlyMemory<byte>> inputs, CancellationToken cancellationToken = default);

    /// <summary>Writes the answer of a successful result as one JSON value.</summary>
    /// <param name="result">A result of <see cref="RunAsync"/>.</param>
    /// <param name="writer">Receives the value.</param>
    void WriteValue(InferenceResult result, Utf8JsonWriter writer);
}
