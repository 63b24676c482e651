namespace ServerlessInference.Imaging.Processing;

/// <summary>How an image is resized to the tensor.</summary>
public enum ImageResizeMode
{
    /// <summary>The image is not resized.</summary>
    None,

    /// <summary>
    /// The shorter side is resized to a given length and the other side in proportion, rounded down, as in torchvision's
    /// <c>Resize(size)</c>.
    /// </summary>
    ShorterSide,

    /// <summary>Both sides are resized to given lengths; the aspect ratio may change.</summary>
    Exact,

    /// <summary>
    /// The whole image is fitted into the tensor, its aspect ratio is kept, and the rest is padded. YOLO models train with this.
    /// </summary>
    Letterbox,
}
