using System.ComponentModel.DataAnnotations;

namespace ServerlessInference.Imaging;

/// <summary>Settings and limits for decoding an image. Every limit is checked before memory is allocated.</summary>
public sealed class ImageDecodeOptions
{
    /// <summary>Gets or sets the maximum number of pixels in an image.</summary>
    /// <value>Pixels, 1 to 700,000,000. The default is 64 million.</value>
    [Range(1L, 700_000_000L)]
    public long MaxPixels { get; set; } = 64_000_000;

    /// <summary>Gets or sets the maximum width and height of an image.</summary>
    /// <value>Pixels, 1 to 65,535. The default is 65,535.</value>
    [Range(1, 65_535)]
    public int MaxDimension { get; set; } = 65_535;

    /// <summary>Gets or sets the maximum size of an encoded image.</summary>
    /// <value>Bytes, 1 or more. The default is 64 MiB.</value>
    [Range(1, int.MaxValue)]
    public int MaxEncodedBytes { get; set; } = 64 * 1024 * 1024;

    /// <summary>Gets or sets the maximum number of scans in a progressive JPEG.</summary>
    /// <value>Scans, 1 to 10,000. The default is 100; encoders write about 10.</value>
    [Range(1, 10_000)]
    public int MaxProgressiveScans { get; set; } = 100;

    /// <summary>Gets or sets a value indicating whether the EXIF orientation is applied to the pixels.</summary>
    /// <value>The default is <see langword="true"/>.</value>
    public bool ApplyOrientation { get; set; } = true;

    /// <summary>Gets or sets how transparency is handled.</summary>
    /// <value>The default is <see cref="AlphaMode.Drop"/>, as in Pillow's <c>convert("RGB")</c>.</value>
    public AlphaMode Alpha { get; set; }

    /// <summary>Gets or sets the colour behind transparent pixels, if <see cref="Alpha"/> is <see cref="AlphaMode.Compose"/>.</summary>
    /// <value>Red, green and blue as <c>0xRRGGBB</c>. The default is white.</value>
    [Range(0, 0xFFFFFF)]
    public int Background { get; set; } = 0xFFFFFF;

    /// <summary>
    /// Gets or sets the size to which a JPEG may be scaled down while it is decoded. The decoder chooses the smallest of 1/1, 1/2, 1/4 and
    /// 1/8 (in the DCT domain) whose shorter side is still at least this long.
    /// </summary>
    /// <value>Pixels, 0 to 65,535. The default, 0, decodes at full size, as training pipelines do.</value>
    [Range(0, 65_535)]
    public int ScaleToShorterSide { get; set; }
}
