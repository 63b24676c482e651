namespace ServerlessInference.Imaging;

/// <summary>An image file format, as detected from the first bytes of a file.</summary>
public enum ImageFormat
{
    /// <summary>None of the formats below.</summary>
    Unknown,

    /// <summary>JPEG (ITU-T T.81), with JFIF or EXIF headers.</summary>
    Jpeg,

    /// <summary>PNG (ISO/IEC 15948).</summary>
    Png,

    /// <summary>WebP.</summary>
    Webp,

    /// <summary>GIF.</summary>
    Gif,

    /// <summary>TIFF, in either byte order.</summary>
    Tiff,

    /// <summary>Windows bitmap.</summary>
    Bmp,

    /// <summary>AVIF.</summary>
    Avif,

    /// <summary>HEIC or HEIF.</summary>
    Heic,
}
