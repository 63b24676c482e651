using Microsoft.ML.OnnxRuntime;
using ServerlessInference.Tensors;

namespace ServerlessInference.Pipelines;

/// <summary>One output of a batch: as ONNX Runtime gave it, or as a managed value that a test set.</summary>
internal struct OutputSlot
{
    public OrtValue? Native;
    public InferenceValue? Managed;
    public float[]? Converted;

    public readonly bool IsEmpty => Native is null && Managed is null;
}
