using System.Diagnostics.CodeAnalysis;

namespace ServerlessInference.Imaging.Processing;

/// <summary>The element type of an image tensor.</summary>
[SuppressMessage("Naming", "CA1720", Justification = "ONNX and NumPy use these names for these types.")]
public enum ImageElementType
{
    /// <summary>32-bit floating point, normalised.</summary>
    Float32,

    /// <summary>16-bit floating point: the normalised 32-bit value, rounded half to even.</summary>
    Float16,

    /// <summary>Bytes: the unchanged pixel values, 0 to 255. Scale, mean and standard deviation are not applied.</summary>
    UInt8,
}
