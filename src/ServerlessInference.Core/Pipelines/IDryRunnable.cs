namespace ServerlessInference.Pipelines;

/// <summary>
/// An optional interface of encoded pipelines: the path of a request can be executed once without the model, while the model is being
/// loaded (a dry run). The first request then finds the code compiled and its tables built.
/// </summary>
/// <remarks>Implemented by the <see cref="IEncodedPipeline"/> of every model. Thread-safe.</remarks>
public interface IDryRunnable
{
    /// <summary>Gets a small, valid encoded input.</summary>
    /// <value>Empty if the preprocessor has none (<see cref="IDryRunStage"/>); then there is no dry run.</value>
    ReadOnlyMemory<byte> SampleInput { get; }

    /// <summary>
    /// Does everything that <see cref="IEncodedPipeline.RunAsync"/> does, with a placeholder that returns zeros instead of the model.
    /// </summary>
    /// <param name="inputs">The encoded inputs, such as <see cref="SampleInput"/>.</param>
    /// <param name="cancellationToken">Cancels the dry run.</param>
    /// <returns>Results without meaning; <see langword="null"/> if the pipeline cannot run without its model.</returns>
    ValueTask<IReadOnlyList<InferenceResult>?> DryRunAsync(
        IReadOnlyList<ReadOnlyMemory<byte>> inputs, CancellationToken cancellationToken = default);
}
