using ServerlessInference.Tensors;

namespace ServerlessInference.Pipelines;

/// <summary>
/// An optional interface of preprocessors and postprocessors. If both implement it, their pipeline allows a dry run
/// (<see cref="IDryRunnable"/>).
/// </summary>
/// <remarks>
/// Implement it only if the stage works with every model that has the described inputs or outputs, because in a dry run it cannot read
/// settings from the files of the real model. Immutable.
/// </remarks>
public interface IDryRunStage
{
    /// <summary>
    /// Gets the inputs (of a preprocessor) or outputs (of a postprocessor) of the placeholder that is used instead of the model. Outputs
    /// are zeros of float32.
    /// </summary>
    /// <value><see langword="null"/> if the stage cannot run without the real model; then there is no dry run.</value>
    IReadOnlyList<ValueDescription>? Placeholders { get; }

    /// <summary>Gets a small, valid encoded input. Only preprocessors have one.</summary>
    ReadOnlyMemory<byte> SampleInput => default;
}
