namespace ServerlessInference.Sessions;

/// <summary>A model as <see cref="ModelPreparation"/> wrote it.</summary>
/// <param name="File">The path of the prepared model.</param>
/// <param name="Record">The path of the record beside it.</param>
/// <param name="Length">Its size in bytes.</param>
/// <param name="Level">How far it is optimised.</param>
/// <param name="Processor">The class of processors that it is good for: <c>avx2</c>, <c>avx512</c>, <c>arm64</c>, or <c>any</c>.</param>
/// <param name="OnnxRuntime">The version of ONNX Runtime that reads it: that one alone.</param>
/// <param name="Aligned">
/// Whether its weights lie where vector instructions read them fastest, in place. They do not where ONNX Runtime wrote a version of its
/// format that is not known here; such a model answers the same, some percent slower.
/// </param>
/// <remarks>Immutable.</remarks>
public sealed record PreparedModel(string File, string Record, long Length, PreparationLevel Level, string Processor, string OnnxRuntime, bool Aligned);
