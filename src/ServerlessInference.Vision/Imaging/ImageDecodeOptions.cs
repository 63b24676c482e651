using System.ComponentModel.DataAnnotations;

namespace ServerlessInference.Vision.Imaging;

/// <summary>How an image is decoded, and how much of it is accepted. Every limit is checked before memory is taken.</summary>
public sealed class ImageDecodeOptions
{
    /// <summary>Gets or sets the most pixels an image may have.</summary>
    /// <value>Pixels. The default is 64 million.</value>
    [Range(1L, 700_000_000L)]
    public long MaxPixels { get; set; } = 64_000_000;

    /// <summary>Gets or sets the longest side an image may have.</summary>
    /// <value>Pixels. The default is 65,535.</value>
    [Range(1, 65_535)]
    public int MaxDimension { get; set; } = 65_535;

    /// <summary>Gets or sets the most bytes an encoded image may have.</summary>
    /// <value>Bytes. The default is 64 MiB.</value>
    [Range(1, int.MaxValue)]
    public int MaxEncodedBytes { get; set; } = 64 * 1024 * 1024;

    /// <summary>Gets or sets the most scans a progressive JPEG may have.</summary>
    /// <value>Scans. The default is 100; encoders write about 10.</value>
    [Range(1, 10_000)]
    public int MaxProgressiveScans { get; set; } = 100;

    /// <summary>Gets or sets a value indicating whether the EXIF orientation is applied to the pixels.</summary>
    /// <value>The default is <see langword="true"/>.</value>
    public bool ApplyOrientation { get; set; } = true;

    /// <summary>Gets or sets what becomes of transparency.</summary>
    /// <value>The default is <see cref="AlphaMode.Drop"/>, as Pillow's <c>convert("RGB")</c>.</value>
    public AlphaMode Alpha { get; set; }

    /// <summary>Gets or sets the colour under transparent pixels where <see cref="Alpha"/> is <see cref="AlphaMode.Compose"/>.</summary>
    /// <value>Red, green and blue as <c>0xRRGGBB</c>. The default is white.</value>
    [Range(0, 0xFFFFFF)]
    public int Background { get; set; } = 0xFFFFFF;

    /// <summary>Gets or sets the shorter side below which a JPEG is never scaled down while it is decoded (1/2, 1/4, 1/8 in the DCT domain).</summary>
    /// <value>Pixels; 0, the default, decodes at full size, which is what training saw.</value>
    [Range(0, 65_535)]
    public int ScaleToShorterSide { get; set; }
}
