namespace ServerlessInference.Sessions;

/// <summary>A model that <see cref="ModelPreparation"/> has written.</summary>
/// <param name="File">The path of the prepared model.</param>
/// <param name="Record">The path of the record next to it.</param>
/// <param name="Length">The size of the prepared model in bytes.</param>
/// <param name="Level">How much it is optimised.</param>
/// <param name="Processor">The class of processors that it is for: <c>avx2</c>, <c>avx512</c>, <c>arm64</c>, or <c>any</c>.</param>
/// <param name="OnnxRuntime">The version of ONNX Runtime that wrote it. Only this version can read it.</param>
/// <param name="Aligned">
/// Whether the weights are aligned so that vector instructions read them fastest in place. They are not if ONNX Runtime wrote a version of
/// its format that this library does not know; such a model returns the same results and is a few percent slower.
/// </param>
/// <remarks>Immutable.</remarks>
public sealed record PreparedModel(
    string File, string Record, long Length, PreparationLevel Level, string Processor, string OnnxRuntime, bool Aligned);
