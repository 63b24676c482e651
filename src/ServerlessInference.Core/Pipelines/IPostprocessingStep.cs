namespace ServerlessInference.Pipelines;

/// <summary>A step behind the one that reads tensors: turns each answer into another. Chain it with <see cref="Postprocessing.Then{TPrevious, TOutput}"/>.</summary>
/// <typeparam name="TPrevious">What the step before answers.</typeparam>
/// <typeparam name="TOutput">What is answered.</typeparam>
/// <remarks>Thread-safe: one instance serves simultaneous batches.</remarks>
public interface IPostprocessingStep<TPrevious, TOutput>
{
    /// <summary>Turns answers into other answers.</summary>
    /// <param name="previous">What the step before answered; undefined for inputs that failed.</param>
    /// <param name="outputs">Takes an answer for each.</param>
    /// <param name="batch">Carries state and failures.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>A task that ends when the answers are there.</returns>
    ValueTask PostprocessAsync(ReadOnlyMemory<TPrevious> previous, Memory<TOutput> outputs, InferenceBatch batch, CancellationToken cancellationToken);
}
