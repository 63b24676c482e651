namespace ServerlessInference.Imaging.Processing;

/// <summary>The filter that weights the pixels when an image is resized.</summary>
public enum ResizeFilter
{
    /// <summary>Pillow's <c>NEAREST</c>: the source pixel under the centre of each result.</summary>
    Nearest,

    /// <summary>Pillow's <c>BILINEAR</c>, antialiased. torchvision and timm train with this filter.</summary>
    Bilinear,

    /// <summary>Pillow's <c>BICUBIC</c> (a = -0.5), antialiased.</summary>
    Bicubic,

    /// <summary>Pillow's <c>BOX</c>: the mean of the source pixels under each result.</summary>
    Box,

    /// <summary>Pillow's <c>HAMMING</c>, antialiased.</summary>
    Hamming,

    /// <summary>Pillow's <c>LANCZOS</c> (three lobes), antialiased.</summary>
    Lanczos,

    /// <summary>
    /// OpenCV's <c>INTER_LINEAR</c>: the four nearest pixels, not antialiased. Ultralytics and YOLOX train with this filter.
    /// </summary>
    OpenCvLinear,
}
