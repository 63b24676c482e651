using Microsoft.ML.OnnxRuntime;
using ServerlessInference.Tensors;

namespace ServerlessInference.Pipelines;

/// <summary>One output of a batch: as ONNX Runtime gave it, in memory that the batch keeps, or as a managed value that a test set.</summary>
internal struct OutputSlot
{
    public OrtValue? Native;

    /// <summary>The memory behind <see cref="Native"/>, where the batch keeps it from run to run.</summary>
    public TensorSlot? Kept;
    public InferenceValue? Managed;
    public float[]? Converted;

    public readonly bool IsEmpty => Native is null && Managed is null;

    /// <summary>Lets go what a run left here; memory that the batch keeps stays.</summary>
    public void Release()
    {
        if (Kept is null)
        {
            Native?.Dispose();
        }

        Kept = null;
        Native = null;
    }
}
