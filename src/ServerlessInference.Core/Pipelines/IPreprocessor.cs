using ServerlessInference.Models;
using ServerlessInference.Sessions;

namespace ServerlessInference.Pipelines;

/// <summary>Converts inputs to the input tensors of a model, one batch at a time.</summary>
/// <typeparam name="TInput">The type of an input.</typeparam>
/// <remarks>
/// Thread-safe: one instance serves simultaneous batches. Store what you learn about an input in the batch
/// (<see cref="InferenceBatch.State{T}"/>), where the postprocessor finds it.
/// </remarks>
/// <example>
/// Only <see cref="PreprocessAsync"/> is required:
/// <code>
/// public sealed class HousePreprocessor : IPreprocessor&lt;House&gt;
/// {
///     public ValueTask PreprocessAsync(ReadOnlyMemory&lt;House&gt; inputs, InferenceBatch batch, CancellationToken cancellationToken)
///     {
///         Span&lt;float&gt; features = batch.CreateInput&lt;float&gt;("features", batch.Rows, 2);
///         for (int row = 0; row &lt; inputs.Length; row++)
///         {
///             features[row * 2] = inputs.Span[row].Area;
///             features[(row * 2) + 1] = inputs.Span[row].Rooms;
///         }
///
///         return ValueTask.CompletedTask;
///     }
/// }
/// </code>
/// </example>
public interface IPreprocessor<TInput>
{
    /// <summary>
    /// Reads what the preprocessor needs from the files of a model (a tokenizer, for example). Runs while the session is created.
    /// </summary>
    /// <param name="artifact">The files. Store what you derive from them in it (<see cref="ModelArtifact.GetOrCreate{T}"/>).</param>
    /// <exception cref="ModelLoadException">A file next to the model is missing or damaged.</exception>
    void PrepareFiles(ModelArtifact artifact)
    {
    }

    /// <summary>
    /// Inspects a model that has just been loaded: checks that its inputs fit, and derives labels or settings from its files.
    /// </summary>
    /// <param name="model">The model.</param>
    /// <exception cref="ModelContractException">The inputs of the model do not fit.</exception>
    /// <exception cref="ModelLoadException">A file next to the model is missing or damaged.</exception>
    void Prepare(LoadedModel model)
    {
    }

    /// <summary>Creates an input for warming up, so that a warm-up does everything that a request does.</summary>
    /// <param name="model">The model.</param>
    /// <param name="input">A small, valid input.</param>
    /// <returns>Whether there is such an input. If not, the model is warmed up with zeros.</returns>
    bool TryCreateWarmupInput(LoadedModel model, out TInput input)
    {
        input = default!;
        return false;
    }

    /// <summary>Gets how many inputs one batch of this model can hold.</summary>
    /// <param name="model">The model.</param>
    /// <returns>At least 1. Return 1 if inputs become tensors of different sizes.</returns>
    int GetMaxBatchSize(LoadedModel model) => int.MaxValue;

    /// <summary>Gets the size of an input. Inputs of similar size run together, so that little padding is computed.</summary>
    /// <param name="input">The input.</param>
    /// <returns>Any measure, such as the length of a text; 0, the default, keeps the order of the inputs.</returns>
    long GetSize(TInput input) => 0;

    /// <summary>Fills the input tensors of the batch, one row per input.</summary>
    /// <param name="inputs">The inputs; there are <see cref="InferenceBatch.Count"/>.</param>
    /// <param name="batch">
    /// Receives the tensors (<see cref="InferenceBatch.CreateInput{T}(string, ReadOnlySpan{long})"/>), which have
    /// <see cref="InferenceBatch.Rows"/> rows.
    /// </param>
    /// <param name="cancellationToken">Cancels the work.</param>
    /// <returns>A task that completes when the tensors have been filled.</returns>
    /// <remarks>
    /// If an input cannot be used, call <see cref="InferenceBatch.Fail"/> and continue. The other inputs are still answered.
    /// </remarks>
    ValueTask PreprocessAsync(ReadOnlyMemory<TInput> inputs, InferenceBatch batch, CancellationToken cancellationToken);
}
