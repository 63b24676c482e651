namespace ServerlessInference;

/// <summary>A model with all that stands before and behind it: from an input to an answer.</summary>
/// <typeparam name="TInput">What is asked: encoded image bytes, a question with its context, named tensors.</typeparam>
/// <typeparam name="TOutput">What is answered.</typeparam>
/// <remarks>
/// <para>Resolve it from dependency injection by the model's name (<c>[FromKeyedServices("name")]</c>), or without a key where one
/// model has such a pipeline. Replace it by a fake in tests.</para>
/// <para>Thread-safe. The model is loaded by the first call, or before it by <see cref="IModelRegistry.PreloadAsync"/>.</para>
/// </remarks>
public interface IInferencePipeline<TInput, TOutput>
{
    /// <summary>Answers one input.</summary>
    /// <param name="input">The input; it must stay unchanged until the answer is there.</param>
    /// <param name="cancellationToken">Ends waiting for the model, and a running inference.</param>
    /// <returns>The answer with the model that gave it; always a success, since everything else is thrown.</returns>
    /// <exception cref="InvalidInputException">The input cannot be used.</exception>
    /// <exception cref="ModelLoadException">The model cannot be loaded.</exception>
    /// <exception cref="ModelContractException">The model's tensors do not fit this pipeline.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    ValueTask<InferenceResult<TOutput>> RunAsync(TInput input, CancellationToken cancellationToken = default);

    /// <summary>Answers many inputs, together in as few runs of the model as its batch axis and the settings allow.</summary>
    /// <param name="inputs">The inputs; they must stay unchanged until the answers are there.</param>
    /// <param name="cancellationToken">Ends waiting for the model, and a running inference.</param>
    /// <returns>
    /// A result per input, in their order. An input that cannot be used, or that the model cannot run, has its error there and does not
    /// disturb the others: a run that fails is repeated with each of its inputs alone.
    /// </returns>
    /// <exception cref="ModelLoadException">The model cannot be loaded.</exception>
    /// <exception cref="ModelContractException">The model's tensors do not fit this pipeline, as is found when it is loaded.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    ValueTask<IReadOnlyList<InferenceResult<TOutput>>> RunBatchAsync(IReadOnlyList<TInput> inputs, CancellationToken cancellationToken = default);
}
