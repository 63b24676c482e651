using ServerlessInference.Vision.Imaging.Internal;
using ServerlessInference.Vision.Imaging.Jpeg;
using ServerlessInference.Vision.Imaging.Png.Internal;

namespace ServerlessInference.Vision.Imaging;

/// <summary>Decodes an image with the decoder for the format that its first bytes tell.</summary>
/// <remarks>
/// <para>Reads JPEG and PNG by itself; other formats through decoders given to it.</para>
/// <para>Output: 8-bit RGB, interleaved, <c>[height, width, 3]</c>. Thread-safe where the decoders given to it are.</para>
/// </remarks>
public sealed class ImageDecoder : IImageDecoder
{
    private readonly IImageDecoder[] _decoders;

    /// <summary>Creates a decoder for the formats that this package reads.</summary>
    public ImageDecoder()
        : this([])
    {
    }

    /// <summary>Creates a decoder for the formats that this package reads, and for more.</summary>
    /// <param name="decoders">Decoders of further formats, asked in this order. For a format that this package reads they are not asked.</param>
    public ImageDecoder(IEnumerable<IImageDecoder> decoders)
    {
        ArgumentNullException.ThrowIfNull(decoders);
        _decoders = [new JpegDecoder(), new PngDecoder(), .. decoders];
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

    private IImageDecoder Select(ReadOnlySpan<byte> encoded)
    {
        ImageFormat format = ImageFormatDetector.Detect(encoded);
        if (Find(format) is { } decoder)
        {
            return decoder;
        }

        string readable = string.Join(", ", Enum.GetValues<ImageFormat>().Where(CanDecode));
        throw new InvalidInputException(
            InvalidInputKind.UnsupportedFormat,
            format == ImageFormat.Unknown
                ? $"The input is no image of a known format. Send the bytes of one of these: {readable}."
                : $"The image is a {format} file; {readable} can be read. Send one of these, or add the package ServerlessInference.Vision.ImageSharp or a decoder of your own ({nameof(IImageDecoder)}).");
    }

    private IImageDecoder? Find(ImageFormat format)
    {
        foreach (IImageDecoder decoder in _decoders)
        {
            if (decoder.CanDecode(format))
            {
                return decoder;
            }
        }

        return null;
    }
}
