namespace ServerlessInference.Imaging.Processing;

/// <summary>The implementations of the resampling passes, from the slowest to the fastest. All of them compute the same bytes.</summary>
internal enum VectorPath
{
    /// <summary>One sample at a time.</summary>
    Scalar,

    /// <summary>The runtime's portable 128-bit vectors, used on arm64.</summary>
    Portable,

    /// <summary>x86-64 with SSSE3.</summary>
    Ssse3,

    /// <summary>x86-64 with AVX2.</summary>
    Avx2,
}
