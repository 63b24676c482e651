using ServerlessInference.Sessions;

namespace ServerlessInference.Pipelines;

/// <summary>Converts the output tensors of a model to answers, one batch at a time.</summary>
/// <typeparam name="TOutput">The type of an answer.</typeparam>
/// <remarks>Thread-safe: one instance serves simultaneous batches.</remarks>
/// <example>
/// <code>
/// public sealed class PricePostprocessor : IPostprocessor&lt;decimal&gt;
/// {
///     public ValueTask PostprocessAsync(InferenceBatch batch, Memory&lt;decimal&gt; outputs, CancellationToken cancellationToken)
///     {
///         TensorView&lt;float&gt; prices = batch.GetOutput&lt;float&gt;("price");
///         for (int row = 0; row &lt; outputs.Length; row++)
///         {
///             if (batch.GetFailure(row) is null)
///             {
///                 outputs.Span[row] = (decimal)prices.Row(row)[0];
///             }
///         }
///
///         return ValueTask.CompletedTask;
///     }
/// }
/// </code>
/// </example>
public interface IPostprocessor<TOutput>
{
    /// <summary>
    /// Inspects a model that has just been loaded: checks that its outputs fit, and derives labels or settings from its files.
    /// </summary>
    /// <param name="model">The model.</param>
    /// <exception cref="ModelContractException">The outputs of the model do not fit.</exception>
    /// <exception cref="ModelLoadException">A file next to the model is missing or damaged.</exception>
    void Prepare(LoadedModel model)
    {
    }

    /// <summary>Answers each input of the batch that has not failed.</summary>
    /// <param name="batch">
    /// Contains the outputs (<see cref="InferenceBatch.GetOutput{T}(int)"/>), failures (<see cref="InferenceBatch.GetFailure"/>) and the
    /// state of the preprocessor (<see cref="InferenceBatch.State{T}"/>).
    /// </param>
    /// <param name="outputs">Receives <see cref="InferenceBatch.Count"/> answers.</param>
    /// <param name="cancellationToken">Cancels the work.</param>
    /// <returns>A task that completes when the answers have been written.</returns>
    ValueTask PostprocessAsync(InferenceBatch batch, Memory<TOutput> outputs, CancellationToken cancellationToken);
}
