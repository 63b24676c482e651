namespace ServerlessInference.Pipelines;

/// <summary>A pipeline that can run once without its model, while the model is being loaded (a dry run).</summary>
internal interface IDryRunnable<TInput, TOutput>
{
    /// <summary>Gets a small, valid encoded input; empty if there is none.</summary>
    ReadOnlyMemory<byte> SampleInput { get; }

    /// <summary>
    /// Answers inputs with a placeholder that returns zeros; <see langword="null"/> if the pipeline cannot run without its model.
    /// </summary>
    ValueTask<IReadOnlyList<InferenceResult<TOutput>>?> DryRunAsync(IReadOnlyList<TInput> inputs, CancellationToken cancellationToken);
}
