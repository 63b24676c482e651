namespace ServerlessInference.Vision.Imaging;

/// <summary>How an image is brought to the size of the tensor.</summary>
public enum ImageResizeMode
{
    /// <summary>It keeps its size.</summary>
    None,

    /// <summary>Its shorter side gets a length, the other follows in proportion, rounded down, as torchvision's <c>Resize(size)</c>.</summary>
    ShorterSide,

    /// <summary>Both sides get a length; proportions may change.</summary>
    Exact,

    /// <summary>It fits whole into the tensor in its proportions, the rest is filled: what YOLO models train with.</summary>
    Letterbox,
}
