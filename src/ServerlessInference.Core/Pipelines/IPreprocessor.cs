using ServerlessInference.Models;
using ServerlessInference.Sessions;
using ServerlessInference.Tensors;

namespace ServerlessInference.Pipelines;

/// <summary>Turns inputs into a model's input tensors, a batch at a time.</summary>
/// <typeparam name="TInput">What is asked.</typeparam>
/// <remarks>
/// Thread-safe: one instance serves simultaneous batches, so what it learns of an input belongs into the batch
/// (<see cref="InferenceBatch.State{T}"/>), where the postprocessor finds it.
/// </remarks>
public interface IPreprocessor<TInput>
{
    /// <summary>
    /// Gets the inputs of a model such as this usually stands before. With them the way of a request is gone once while the real model
    /// loads, so that the first request finds it compiled and its tables made; nothing of that is kept.
    /// </summary>
    /// <value><see langword="null"/>, the default, where there is nothing to go through without the real model.</value>
    IReadOnlyList<ValueDescription>? UsualInputs => null;

    /// <summary>Reads what it needs of a model's files (a tokenizer, say) while the session is created, on another thread.</summary>
    /// <param name="artifact">The files; keep what is derived in it (<see cref="ModelArtifact.GetOrCreate{T}"/>).</param>
    /// <exception cref="ModelLoadException">A file beside the model is missing or damaged.</exception>
    void PrepareFiles(ModelArtifact artifact)
    {
    }

    /// <summary>Looks at a model that has just been loaded: checks that its inputs fit, and derives labels or settings from its files.</summary>
    /// <param name="model">The model.</param>
    /// <exception cref="ModelContractException">The model's inputs do not fit.</exception>
    /// <exception cref="ModelLoadException">A file beside the model is missing or damaged.</exception>
    void Prepare(LoadedModel model)
    {
    }

    /// <summary>Gives an input to warm up with, so that a warm-up does all that a request does.</summary>
    /// <param name="model">The model.</param>
    /// <param name="input">A small, valid input.</param>
    /// <returns>Whether there is one; if not, the model is warmed up with zeros.</returns>
    bool TryCreateWarmupInput(LoadedModel model, out TInput input)
    {
        input = default!;
        return false;
    }

    /// <summary>Says how many inputs can be put into one batch of this model.</summary>
    /// <param name="model">The model.</param>
    /// <returns>At least 1; 1 where inputs become tensors of different sizes.</returns>
    int GetMaxBatchSize(LoadedModel model) => int.MaxValue;

    /// <summary>Says how large an input is, so that inputs of like size are run together and little padding is computed.</summary>
    /// <param name="input">The input.</param>
    /// <returns>Any measure, such as a text's length; 0, the default, keeps the order in which inputs came.</returns>
    long GetSize(TInput input) => 0;

    /// <summary>Fills the batch's input tensors, one row for each input.</summary>
    /// <param name="inputs">The inputs: <see cref="InferenceBatch.Count"/> of them.</param>
    /// <param name="batch">Takes the tensors (<see cref="InferenceBatch.CreateInput{T}(string, ReadOnlySpan{long})"/>) of <see cref="InferenceBatch.Rows"/> rows.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>A task that ends when the tensors are filled.</returns>
    /// <remarks>For an input that cannot be used, call <see cref="InferenceBatch.Fail"/> and go on; the others are still answered.</remarks>
    ValueTask PreprocessAsync(ReadOnlyMemory<TInput> inputs, InferenceBatch batch, CancellationToken cancellationToken);
}
