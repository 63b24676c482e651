using ServerlessInference.Sessions;

namespace ServerlessInference;

/// <summary>A model together with its preprocessing and postprocessing: takes an input and returns an answer.</summary>
/// <typeparam name="TInput">The type of an input: encoded image bytes, a question with its context, named tensors.</typeparam>
/// <typeparam name="TOutput">The type of an answer.</typeparam>
/// <remarks>
/// <para>Resolve it from dependency injection by the model's name (<c>[FromKeyedServices("name")]</c>), or without a key if exactly one
/// model has a pipeline of these types. In tests, replace it with a fake.</para>
/// <para>Thread-safe. The first call loads the model, unless <see cref="IModelRegistry.PreloadAsync"/> has loaded it before.</para>
/// </remarks>
/// <example>
/// <code>
/// var iris = provider.GetRequiredKeyedService&lt;IInferencePipeline&lt;ReadOnlyMemory&lt;float&gt;, LabelPrediction&gt;&gt;("iris");
/// InferenceResult&lt;LabelPrediction&gt; result = await iris.RunAsync(new[] { 5.1f, 3.5f, 1.4f, 0.2f });
/// Console.WriteLine(result.Value.Label);
/// </code>
/// </example>
public interface IInferencePipeline<TInput, TOutput>
{
    /// <summary>Answers one input.</summary>
    /// <param name="input">The input; do not change it before the answer has been returned.</param>
    /// <param name="cancellationToken">Cancels waiting for the model and a running inference.</param>
    /// <returns>The answer with the model that gave it. It is always a success, because failures are thrown.</returns>
    /// <exception cref="InvalidInputException">The input cannot be used.</exception>
    /// <exception cref="ModelLoadException">The model cannot be loaded.</exception>
    /// <exception cref="ModelContractException">The model's tensors do not fit this pipeline.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    ValueTask<InferenceResult<TOutput>> RunAsync(TInput input, CancellationToken cancellationToken = default);

    /// <summary>Answers many inputs, in as few runs of the model as its batch axis and the settings allow.</summary>
    /// <param name="inputs">The inputs; do not change them before the answers have been returned.</param>
    /// <param name="cancellationToken">Cancels waiting for the model and a running inference.</param>
    /// <returns>
    /// One result per input, in the order of the inputs. An input that cannot be used, or that the model fails on, has its error in its
    /// result and does not affect the others: a run that fails is repeated with each of its inputs alone.
    /// </returns>
    /// <exception cref="ModelLoadException">The model cannot be loaded.</exception>
    /// <exception cref="ModelContractException">The model's tensors do not fit this pipeline; this is found when it is loaded.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    ValueTask<IReadOnlyList<InferenceResult<TOutput>>> RunBatchAsync(
        IReadOnlyList<TInput> inputs, CancellationToken cancellationToken = default);
}
