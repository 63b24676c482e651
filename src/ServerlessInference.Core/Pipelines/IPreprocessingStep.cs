using ServerlessInference.Sessions;

namespace ServerlessInference.Pipelines;

/// <summary>A step before the preprocessor that fills tensors: converts each input to another value.</summary>
/// <typeparam name="TInput">The type of an input.</typeparam>
/// <typeparam name="TNext">The type that the next step takes.</typeparam>
/// <remarks>
/// Combine steps by <see cref="Preprocessing.Then{TInput, TNext}"/>, and create simple ones by
/// <see cref="Preprocessing.Step{TInput, TNext}"/>. Thread-safe: one instance serves simultaneous batches.
/// </remarks>
public interface IPreprocessingStep<TInput, TNext>
{
    /// <summary>Converts inputs to the values that the next step takes.</summary>
    /// <param name="inputs">The inputs.</param>
    /// <param name="outputs">Receives a value for each input that has not failed.</param>
    /// <param name="batch">Receives state and failures.</param>
    /// <param name="cancellationToken">Cancels the work.</param>
    /// <returns>A task that completes when the values have been written.</returns>
    /// <remarks>If an input cannot be used, call <see cref="InferenceBatch.Fail"/> and continue.</remarks>
    ValueTask PreprocessAsync(
        ReadOnlyMemory<TInput> inputs, Memory<TNext> outputs, InferenceBatch batch, CancellationToken cancellationToken);
}
