namespace ServerlessInference.Vision.Imaging.Jpeg.Internal;

/// <summary>What a JPEG's components are.</summary>
internal enum JpegColorSpace
{
    /// <summary>One component.</summary>
    Gray,

    /// <summary>Three components, as in JFIF.</summary>
    YCbCr,

    /// <summary>Three components, not transformed.</summary>
    Rgb,

    /// <summary>Four components, not transformed.</summary>
    Cmyk,

    /// <summary>Four components, the first three transformed like YCbCr.</summary>
    Ycck,
}
