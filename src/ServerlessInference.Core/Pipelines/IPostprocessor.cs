using ServerlessInference.Sessions;
using ServerlessInference.Tensors;

namespace ServerlessInference.Pipelines;

/// <summary>Turns a model's output tensors into answers, a batch at a time.</summary>
/// <typeparam name="TOutput">What is answered.</typeparam>
/// <remarks>Thread-safe: one instance serves simultaneous batches.</remarks>
public interface IPostprocessor<TOutput>
{
    /// <summary>Gets the outputs of a model such as this usually stands behind (see <see cref="IPreprocessor{TInput}.UsualInputs"/>): tensors of float32.</summary>
    /// <value><see langword="null"/>, the default, where zeros in their place would be refused.</value>
    IReadOnlyList<ValueDescription>? UsualOutputs => null;

    /// <summary>Looks at a model that has just been loaded: checks that its outputs fit, and derives labels or settings from its files.</summary>
    /// <param name="model">The model.</param>
    /// <exception cref="ModelContractException">The model's outputs do not fit.</exception>
    /// <exception cref="ModelLoadException">A file beside the model is missing or damaged.</exception>
    void Prepare(LoadedModel model)
    {
    }

    /// <summary>Answers each input of the batch that has not failed.</summary>
    /// <param name="batch">Holds the outputs (<see cref="InferenceBatch.GetOutput{T}(int)"/>) and what the preprocessor left.</param>
    /// <param name="outputs">Takes <see cref="InferenceBatch.Count"/> answers.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>A task that ends when the answers are there.</returns>
    ValueTask PostprocessAsync(InferenceBatch batch, Memory<TOutput> outputs, CancellationToken cancellationToken);
}
