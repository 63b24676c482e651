using System.Text.Json;

namespace ServerlessInference.Pipelines;

/// <summary>A model's pipeline from encoded bytes (an image file, a JSON document) to a JSON answer: what event sources need to know of it.</summary>
/// <remarks>Resolve it by the model's name. Thread-safe.</remarks>
public interface IEncodedPipeline
{
    /// <summary>Gets a small, valid input for <see cref="RehearseAsync"/>.</summary>
    /// <value>Empty, the default, where there is none.</value>
    ReadOnlyMemory<byte> Sample => default;

    /// <summary>Goes the way of <see cref="RunAsync"/> without the model, while that loads, so that less is left to compile for the first request.</summary>
    /// <param name="inputs">The encoded inputs, such as <see cref="Sample"/>.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>Meaningless results; <see langword="null"/>, the default, where nothing can be gone through without the model.</returns>
    ValueTask<IReadOnlyList<InferenceResult>?> RehearseAsync(
        IReadOnlyList<ReadOnlyMemory<byte>> inputs, CancellationToken cancellationToken = default) => ValueTask.FromResult<IReadOnlyList<InferenceResult>?>(null);

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
