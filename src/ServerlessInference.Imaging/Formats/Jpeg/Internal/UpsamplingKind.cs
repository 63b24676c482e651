namespace ServerlessInference.Imaging.Formats.Jpeg;

/// <summary>The method by which a component is upsampled to the size of the image.</summary>
internal enum UpsamplingKind
{
    /// <summary>The component already has the size of the image.</summary>
    None,

    /// <summary>The width is doubled with a triangle filter.</summary>
    FancyHorizontal,

    /// <summary>The height is doubled with a triangle filter.</summary>
    FancyVertical,

    /// <summary>Width and height are doubled with a triangle filter.</summary>
    FancyBoth,

    /// <summary>Samples are repeated.</summary>
    Repeat,
}
