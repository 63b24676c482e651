namespace ServerlessInference.Vision.Imaging.Resizing;

/// <summary>How pixels are weighed when an image is resized.</summary>
public enum ResizeFilter
{
    /// <summary>Pillow's <c>NEAREST</c>: the one pixel under the centre.</summary>
    Nearest,

    /// <summary>Pillow's <c>BILINEAR</c>, antialiased: what torchvision and timm train with.</summary>
    Bilinear,

    /// <summary>Pillow's <c>BICUBIC</c> (a = -0.5), antialiased.</summary>
    Bicubic,

    /// <summary>Pillow's <c>BOX</c>: the mean of the pixels under each result.</summary>
    Box,

    /// <summary>Pillow's <c>HAMMING</c>, antialiased.</summary>
    Hamming,

    /// <summary>Pillow's <c>LANCZOS</c> (three lobes), antialiased.</summary>
    Lanczos,

    /// <summary>OpenCV's <c>INTER_LINEAR</c>: four neighbours, no antialiasing: what Ultralytics and YOLOX train with.</summary>
    OpenCvLinear,
}
