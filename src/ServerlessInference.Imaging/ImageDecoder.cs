using ServerlessInference.Imaging.Formats.Bmp;
using ServerlessInference.Imaging.Formats.Gif;
using ServerlessInference.Imaging.Formats.Jpeg;
using ServerlessInference.Imaging.Formats.Png;
using ServerlessInference.Imaging.Formats.Webp;

namespace ServerlessInference.Imaging;

/// <summary>Decodes an image with the decoder for its format, which is detected from the first bytes.</summary>
/// <remarks>
/// <para>Reads JPEG, PNG, WebP, GIF and BMP itself, and other formats with the decoders passed to its constructor.</para>
/// <para>Output: 8-bit RGB, interleaved, <c>[height, width, 3]</c>. Thread-safe if the decoders passed to it are.</para>
/// </remarks>
/// <example>
/// <code>
/// var decoder = new ImageDecoder();
/// var image = new ImageBuffer();
/// decoder.Decode(File.ReadAllBytes("photo.jpg"), new ImageDecodeOptions(), image);
/// Console.WriteLine($"{image.Width} x {image.Height} pixels");
/// </code>
/// </example>
public sealed class ImageDecoder : IImageDecoder
{
    private readonly IImageDecoder[] _others;

    // Created when they are first needed. Two threads may both create one; then one of the two is not kept, which is harmless.
    private JpegDecoder? _jpeg;
    private PngDecoder? _png;
    private WebpDecoder? _webp;
    private GifDecoder? _gif;
    private BmpDecoder? _bmp;

    /// <summary>Creates a decoder for JPEG, PNG, WebP, GIF and BMP, the formats that this package reads.</summary>
    public ImageDecoder()
        : this([])
    {
    }

    /// <summary>Creates a decoder for the formats that this package reads, and further ones.</summary>
    /// <param name="decoders">
    /// Decoders for further formats, tried in this order. They are never used for JPEG, PNG, WebP, GIF and BMP.
    /// </param>
    public ImageDecoder(IEnumerable<IImageDecoder> decoders)
    {
        ArgumentNullException.ThrowIfNull(decoders);
        _others = [.. decoders];
    }

    /// <inheritdoc/>
    public bool CanDecode(ImageFormat format) => Find(format) is not null;

    /// <inheritdoc/>
    public ImageInfo Identify(ReadOnlySpan<byte> encoded) => Select(encoded).Identify(encoded);

    /// <inheritdoc/>
    public void Decode(ReadOnlySpan<byte> encoded, ImageDecodeOptions options, ImageBuffer destination)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(destination);
        ImageLimits.CheckEncoded(encoded.Length, options);
        Select(encoded).Decode(encoded, options, destination);
    }

    /// <inheritdoc/>
    public long EstimateMemory(ReadOnlySpan<byte> encoded) => Find(ImageFormatDetector.Detect(encoded))?.EstimateMemory(encoded) ?? 0;

    /// <inheritdoc/>
    public long EstimateMemory(ReadOnlySpan<byte> encoded, ImageDecodeOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return Find(ImageFormatDetector.Detect(encoded))?.EstimateMemory(encoded, options) ?? 0;
    }

    private IImageDecoder Select(ReadOnlySpan<byte> encoded)
    {
        ImageFormat format = ImageFormatDetector.Detect(encoded);
        if (Find(format) is { } decoder)
        {
            return decoder;
        }

        string supported = string.Join(", ", Enum.GetValues<ImageFormat>().Where(CanDecode));
        throw new InvalidImageException(
            InvalidImageKind.UnsupportedFormat,
            format == ImageFormat.Unknown
                ? $"The input is not an image in a known format. Send the bytes of an image in one of these formats: {supported}."
                : $"The image is a {format} file; the supported formats are {supported}. Send one of these, or {Recommend(format)}.");
    }

    // ImageSharp does not read the formats of phones either; ImageMagick does.
    private static string Recommend(ImageFormat format) => format is ImageFormat.Heic or ImageFormat.Avif
        ? $"add a decoder of your own ({nameof(IImageDecoder)}) that calls the NuGet package Magick.NET-Q8-AnyCPU, which reads {format}"
        : $"add the package ServerlessInference.Imaging.ImageSharp or your own decoder ({nameof(IImageDecoder)})";

    private IImageDecoder? Find(ImageFormat format) => format switch
    {
        ImageFormat.Jpeg => _jpeg ??= new JpegDecoder(),
        ImageFormat.Png => _png ??= new PngDecoder(),
        ImageFormat.Webp => _webp ??= new WebpDecoder(),
        ImageFormat.Gif => _gif ??= new GifDecoder(),
        ImageFormat.Bmp => _bmp ??= new BmpDecoder(),
        _ => FindOther(format),
    };

    private IImageDecoder? FindOther(ImageFormat format)
    {
        foreach (IImageDecoder decoder in _others)
        {
            if (decoder.CanDecode(format))
            {
                return decoder;
            }
        }

        return null;
    }
}
