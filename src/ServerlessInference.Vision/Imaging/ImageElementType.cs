using System.Diagnostics.CodeAnalysis;

namespace ServerlessInference.Vision.Imaging;

/// <summary>The type of an image tensor's elements.</summary>
[SuppressMessage("Naming", "CA1720", Justification = "The names are ONNX's and NumPy's names of these types.")]
public enum ImageElementType
{
    /// <summary>32-bit floating point, normalised.</summary>
    Float32,

    /// <summary>16-bit floating point: the 32-bit value, rounded half to even.</summary>
    Float16,

    /// <summary>Bytes: the pixels as they are, 0 to 255. Scale, mean and standard deviation do not apply.</summary>
    UInt8,
}
