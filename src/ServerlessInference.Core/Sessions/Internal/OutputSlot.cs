using Microsoft.ML.OnnxRuntime;
using ServerlessInference.Tensors;

namespace ServerlessInference.Sessions;

/// <summary>
/// One output of a batch: a value of ONNX Runtime, memory that the batch keeps, or a managed value that was set by a test.
/// </summary>
internal struct OutputSlot
{
    public OrtValue? Native;

    /// <summary>The memory behind <see cref="Native"/>, if the batch keeps it from run to run.</summary>
    public TensorSlot? Kept;

    public InferenceValue? Managed;

    /// <summary>The elements of the output converted to float32. The array is kept for later runs.</summary>
    public float[]? Converted;

    public readonly bool IsEmpty => Native is null && Managed is null;

    /// <summary>Releases the result of a run. Memory that the batch keeps is not released.</summary>
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
