using SixLabors.ImageSharp;
using SixLabors.ImageSharp.PixelFormats;

namespace ServerlessInference.Imaging.ImageSharp;

/// <summary>Decodes TIFF with ImageSharp, and WebP, GIF and BMP if it is used on its own.</summary>
/// <remarks>
/// <para><see cref="ImageDecoder"/> uses it for TIFF alone, because it reads the other formats itself.</para>
/// <para>Output: 8-bit RGB, interleaved, the first frame, with its EXIF orientation applied. The README of this package lists where the
/// pixels differ from those of Pillow, and which files ImageSharp cannot read.</para>
/// <para>Thread-safe. Size limits are checked in the header; ImageSharp's further allocations are limited too.</para>
/// </remarks>
/// <example>
/// <code>
/// var decoder = new ImageDecoder([new ImageSharpDecoder()]);
/// decoder.Decode(File.ReadAllBytes("scan.tiff"), new ImageDecodeOptions(), image);
/// </code>
/// </example>
public sealed class ImageSharpDecoder : IImageDecoder
{
    private const string UnknownFormat =
        "The input is not a WebP, GIF, TIFF or BMP image. " +
        $"{nameof(ImageSharpDecoder)} reads only these; {nameof(ImageDecoder)} reads JPEG and PNG as well.";

    /// <summary>The last configuration. All images of a pipeline have the same limit, so it rarely has to be created again.</summary>
    private volatile LimitedConfiguration _configuration = new(new ImageDecodeOptions().MaxPixels);

    /// <inheritdoc/>
    public bool CanDecode(ImageFormat format) => format is ImageFormat.Webp or ImageFormat.Gif or ImageFormat.Tiff or ImageFormat.Bmp;

    /// <inheritdoc/>
    public ImageInfo Identify(ReadOnlySpan<byte> encoded)
    {
        Header header = ReadHeader(encoded, _configuration.Value);
        return OrientationTransform.SwapsSides(header.Orientation)
            ? new ImageInfo(header.Format, header.Height, header.Width, header.Orientation)
            : new ImageInfo(header.Format, header.Width, header.Height, header.Orientation);
    }

    /// <inheritdoc/>
    public void Decode(ReadOnlySpan<byte> encoded, ImageDecodeOptions options, ImageBuffer destination)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(destination);
        ImageLimits.CheckEncoded(encoded.Length, options);
        Configuration configuration = ConfigurationFor(options.MaxPixels);
        Header header = ReadHeader(encoded, configuration);
        ImageLimits.CheckSize(header.Format.ToString(), header.Width, header.Height, options);
        bool keepsColors = header.Format == ImageFormat.Gif && options.Alpha == AlphaMode.Drop;
        byte[]? opaque = keepsColors ? GifStructure.WithoutTransparency(encoded) : null;
        using Image<Rgba32> image = Load(opaque ?? encoded, configuration);
        PixelCopy.Write(image, options.ApplyOrientation ? header.Orientation : ExifOrientation.Normal, options, destination);
    }

    private static unsafe Header ReadHeader(ReadOnlySpan<byte> encoded, Configuration configuration)
    {
        ImageFormat format = ImageFormatDetector.Detect(encoded);
        int orientation = ExifOrientation.Normal;
        (int Width, int Height) canvas = default;
        switch (format)
        {
            case ImageFormat.Webp:
                orientation = WebpStructure.ReadOrientation(encoded, out canvas);
                break;
            case ImageFormat.Tiff:
                TiffStructure.Check(encoded);
                orientation = ExifOrientation.FromTiff(encoded);
                break;
            case ImageFormat.Gif:
                GifStructure.Check(encoded);
                break;
            case ImageFormat.Bmp:
                BmpStructure.Check(encoded);
                break;
            default:
                throw new InvalidImageException(InvalidImageKind.UnsupportedFormat, UnknownFormat);
        }

        try
        {
            fixed (byte* start = encoded)
            {
                using var stream = new UnmanagedMemoryStream(start, encoded.Length);
                IImageInfo info = Image.Identify(configuration, stream)
                    ?? throw new InvalidImageException(InvalidImageKind.UnsupportedFormat, UnknownFormat);
                if (canvas != default && canvas != (info.Width, info.Height))
                {
                    throw Malformed.Create(
                        "WebP", $"its image has {info.Width} x {info.Height} pixels, and its canvas {canvas.Width} x {canvas.Height}");
                }

                return new Header(format, info.Width, info.Height, orientation);
            }
        }
        catch (Exception exception) when (DecodingErrors.IsCausedByInput(exception))
        {
            throw DecodingErrors.Explain(exception);
        }
    }

    private static Image<Rgba32> Load(ReadOnlySpan<byte> encoded, Configuration configuration)
    {
        try
        {
            return Image.Load<Rgba32>(configuration, encoded);
        }
        catch (Exception exception) when (DecodingErrors.IsCausedByInput(exception))
        {
            throw DecodingErrors.Explain(exception);
        }
    }

    private Configuration ConfigurationFor(long maxPixels)
    {
        LimitedConfiguration configuration = _configuration;
        if (configuration.MaxPixels != maxPixels)
        {
            _configuration = configuration = new LimitedConfiguration(maxPixels);
        }

        return configuration.Value;
    }

    /// <summary>The information in the header of a file. Width and height are those of the stored image, before the orientation.</summary>
    private readonly record struct Header(ImageFormat Format, int Width, int Height, int Orientation);

    private sealed class LimitedConfiguration(long maxPixels)
    {
        public long MaxPixels { get; } = maxPixels;

        public Configuration Value { get; } = ImageSharpConfiguration.Create(maxPixels);
    }
}
