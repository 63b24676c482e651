namespace ServerlessInference.Vision.Imaging.Jpeg.Internal;

/// <summary>How a component's samples become as many as the image has pixels.</summary>
internal enum UpsamplingKind
{
    /// <summary>They already are.</summary>
    None,

    /// <summary>Doubled in width with a triangle filter.</summary>
    FancyHorizontal,

    /// <summary>Doubled in height with a triangle filter.</summary>
    FancyVertical,

    /// <summary>Doubled in both with a triangle filter.</summary>
    FancyBoth,

    /// <summary>Repeated.</summary>
    Repeat,
}
