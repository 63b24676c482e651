namespace ServerlessInference.Vision.Imaging.Resizing.Internal;

/// <summary>The ways to compute the same bytes, from the slowest to the fastest.</summary>
internal enum VectorPath
{
    /// <summary>One sample at a time.</summary>
    Scalar,

    /// <summary>The runtime's 128-bit vectors, whatever the processor: what arm64 takes.</summary>
    Portable,

    /// <summary>x86-64 with SSSE3.</summary>
    Ssse3,

    /// <summary>x86-64 with AVX2.</summary>
    Avx2,
}
