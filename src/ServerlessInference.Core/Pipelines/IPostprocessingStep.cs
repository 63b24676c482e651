using ServerlessInference.Sessions;

namespace ServerlessInference.Pipelines;

/// <summary>A step after the postprocessor that reads tensors: converts each answer to another answer.</summary>
/// <typeparam name="TPrevious">The type that the previous step returns.</typeparam>
/// <typeparam name="TOutput">The type of the converted answer.</typeparam>
/// <remarks>
/// Combine steps by <see cref="Postprocessing.Then{TPrevious, TOutput}"/>, and create simple ones by
/// <see cref="Postprocessing.Step{TPrevious, TOutput}"/>. Thread-safe: one instance serves simultaneous batches.
/// </remarks>
public interface IPostprocessingStep<TPrevious, TOutput>
{
    /// <summary>Converts answers.</summary>
    /// <param name="previous">The answers of the previous step; undefined for inputs that have failed.</param>
    /// <param name="outputs">Receives one converted answer per input.</param>
    /// <param name="batch">Contains state and failures.</param>
    /// <param name="cancellationToken">Cancels the work.</param>
    /// <returns>A task that completes when the answers have been written.</returns>
    ValueTask PostprocessAsync(
        ReadOnlyMemory<TPrevious> previous, Memory<TOutput> outputs, InferenceBatch batch, CancellationToken cancellationToken);
}
