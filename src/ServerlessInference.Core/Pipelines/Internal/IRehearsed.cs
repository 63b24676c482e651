namespace ServerlessInference.Pipelines;

/// <summary>A pipeline that can be gone through without its model, while that loads.</summary>
internal interface IRehearsed<TInput, TOutput>
{
    /// <summary>Answers inputs with a model of zeros; <see langword="null"/> where nothing can be gone through.</summary>
    ValueTask<IReadOnlyList<InferenceResult<TOutput>>?> RehearseAsync(IReadOnlyList<TInput> inputs, CancellationToken cancellationToken);
}
