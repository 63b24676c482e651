namespace ServerlessInference.Imaging.Formats.Webp;

/// <summary>The kinds of transforms of a lossless picture. Source: RFC 9649, section 3.5.</summary>
internal enum Vp8LTransformKind
{
    /// <summary>Pixels are differences from a prediction.</summary>
    Predictor,

    /// <summary>Red and blue are differences from a multiple of green, and blue also from one of red.</summary>
    CrossColor,

    /// <summary>Red and blue are differences from green.</summary>
    SubtractGreen,

    /// <summary>Pixels are indices into a palette, several of them in a pixel if the palette is small.</summary>
    ColorIndexing,
}
