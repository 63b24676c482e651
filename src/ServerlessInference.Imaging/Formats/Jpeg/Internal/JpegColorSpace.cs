namespace ServerlessInference.Imaging.Formats.Jpeg;

/// <summary>The colour space of the components of a JPEG.</summary>
internal enum JpegColorSpace
{
    /// <summary>One component, grey.</summary>
    Gray,

    /// <summary>Three components: brightness and two colour differences, as in JFIF.</summary>
    YCbCr,

    /// <summary>Three components: red, green, blue.</summary>
    Rgb,

    /// <summary>Four components: cyan, magenta, yellow, black.</summary>
    Cmyk,

    /// <summary>Four components: CMYK with the first three transformed as in YCbCr.</summary>
    Ycck,
}
