namespace ServerlessInference.Pipelines;

/// <summary>A step before the one that fills tensors: turns each input into another value. Chain it with <see cref="Preprocessing.Then{TInput, TNext}"/>.</summary>
/// <typeparam name="TInput">What comes in.</typeparam>
/// <typeparam name="TNext">What goes on to the next step.</typeparam>
/// <remarks>Thread-safe: one instance serves simultaneous batches.</remarks>
public interface IPreprocessingStep<TInput, TNext>
{
    /// <summary>Turns inputs into what the next step takes.</summary>
    /// <param name="inputs">The inputs.</param>
    /// <param name="outputs">Takes a value for each input that did not fail.</param>
    /// <param name="batch">Carries state and failures.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>A task that ends when the values are there.</returns>
    /// <remarks>For an input that cannot be used, call <see cref="InferenceBatch.Fail"/> and go on.</remarks>
    ValueTask PreprocessAsync(ReadOnlyMemory<TInput> inputs, Memory<TNext> outputs, InferenceBatch batch, CancellationToken cancellationToken);
}
