using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ServerlessInference.Imaging.Processing;

/// <summary>Chooses the <see cref="VectorPath"/> for this processor. Tests also run the others, to compare their results.</summary>
internal static class VectorPaths
{
    public static VectorPath Best =>
        Avx2.IsSupported ? VectorPath.Avx2
        : Ssse3.IsSupported ? VectorPath.Ssse3
        : Vector128.IsHardwareAccelerated && BitConverter.IsLittleEndian ? VectorPath.Portable
        : VectorPath.Scalar;
}
