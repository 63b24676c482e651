using ServerlessInference.Vision.Imaging;
using SixLabors.ImageSharp;
using SixLabors.ImageSharp.Formats.Gif;
using SixLabors.ImageSharp.Formats.Tiff;
using SixLabors.ImageSharp.Metadata;
using SixLabors.ImageSharp.Memory;
using SixLabors.ImageSharp.Metadata.Profiles.Exif;
using SixLabors.ImageSharp.PixelFormats;
using SixLabors.ImageSharp.Processing;
using IImageDecoder = ServerlessInference.Vision.Imaging.IImageDecoder;
using ImageInfo = ServerlessInference.Vision.Imaging.ImageInfo;

namespace ServerlessInference.Vision.ImageSharp;

/// <summary>Decodes every format that ImageSharp reads. JPEG and PNG stay with the decoders of ServerlessInference.Vision.</summary>
/// <remarks>
/// <para>Output: 8-bit RGB, interleaved, the first frame, turned as its EXIF orientation says. Lossy formats may differ from Pillow's pixels
/// by small amounts.</para>
/// <para>Thread-safe. Size limits are checked in the header; what ImageSharp allocates beyond them is limited too.</para>
/// </remarks>
public sealed class ImageSharpDecoder : IImageDecoder
{
    /// <summary>ImageSharp's own buffers beside the image: room for one more copy in 32 bits a pixel.</summary>
    private const int BytesPerPixel = 8;

    private const int BytesPerMegabyte = 1024 * 1024;

    private const string UnknownFormat = "The input is not an image in a format that ImageSharp reads.";

    /// <inheritdoc/>
    /// <remarks>Formats of which ServerlessInference.Vision knows no more than that it does not know them are tried as well.</remarks>
    public bool CanDecode(ImageFormat format) => format is ImageFormat.Webp or ImageFormat.Gif or ImageFormat.Tiff or ImageFormat.Bmp or ImageFormat.Unknown;

    /// <inheritdoc/>
    public ImageInfo Identify(ReadOnlySpan<byte> encoded)
    {
        try
        {
            IImageInfo info = ReadHeader(encoded);
            int orientation = info.Metadata.ExifProfile?.GetValue(ExifTag.Orientation)?.Value is ushort value and >= 1 and <= 8 ? value : 1;
            bool turned = orientation >= 5;
            return new ImageInfo(
                ImageFormatDetector.Detect(encoded), turned ? info.Height : info.Width, turned ? info.Width : info.Height, orientation);
        }
        catch (Exception exception) when (IsInputError(exception))
        {
            throw Explain(exception);
        }
    }

    /// <inheritdoc/>
    public void Decode(ReadOnlySpan<byte> encoded, ImageDecodeOptions options, ImageBuffer destination)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(destination);
        Check(Identify(encoded), encoded.Length, options);
        try
        {
            using Image<Rgba32> image = Image.Load<Rgba32>(CreateConfiguration(options), encoded);
            image.Mutate(context =>
            {
                if (options.ApplyOrientation)
                {
                    context.AutoOrient();
                }

                if (options.Alpha == AlphaMode.Compose)
                {
                    context.BackgroundColor(Color.FromRgb(
                        (byte)(options.Background >> 16), (byte)(options.Background >> 8), (byte)options.Background));
                }
            });
            Copy(image, destination);
        }
        catch (Exception exception) when (IsInputError(exception))
        {
            throw Explain(exception);
        }
    }

    private static unsafe IImageInfo ReadHeader(ReadOnlySpan<byte> encoded)
    {
        fixed (byte* start = encoded)
        {
            using var stream = new UnmanagedMemoryStream(start, encoded.Length);
            return Image.Identify(stream)
                ?? throw new InvalidInputException(InvalidInputKind.UnsupportedFormat, UnknownFormat);
        }
    }

    private static Configuration CreateConfiguration(ImageDecodeOptions options)
    {
        Configuration configuration = Configuration.Default.Clone();
        configuration.ImageFormatsManager.SetDecoder(GifFormat.Instance, new GifDecoder { DecodingMode = FrameDecodingMode.First });
        configuration.ImageFormatsManager.SetDecoder(TiffFormat.Instance, new TiffDecoder { DecodingMode = FrameDecodingMode.First });
        long megabytes = options.MaxPixels * BytesPerPixel / BytesPerMegabyte + 1;
        configuration.MemoryAllocator = MemoryAllocator.Create(new MemoryAllocatorOptions
        {
            AllocationLimitMegabytes = (int)Math.Min(megabytes, int.MaxValue),
        });
        return configuration;
    }

    private static void Check(ImageInfo info, int length, ImageDecodeOptions options)
    {
        if (length > options.MaxEncodedBytes)
        {
            throw new InvalidInputException(
                InvalidInputKind.TooLarge, $"The image has {length:N0} bytes; at most {options.MaxEncodedBytes:N0} are accepted (MaxEncodedBytes).");
        }

        if (Math.Max(info.Width, info.Height) > options.MaxDimension || (long)info.Width * info.Height > options.MaxPixels)
        {
            throw new InvalidInputException(
                InvalidInputKind.TooLarge,
                $"The image is {info.Width} x {info.Height}; at most {options.MaxDimension:N0} pixels a side (MaxDimension) and {options.MaxPixels:N0} in all (MaxPixels) are accepted.");
        }
    }

    private static void Copy(Image<Rgba32> image, ImageBuffer destination)
    {
        destination.Resize(image.Width, image.Height);
        image.ProcessPixelRows(rows =>
        {
            for (int y = 0; y < rows.Height; y++)
            {
                ReadOnlySpan<Rgba32> from = rows.GetRowSpan(y);
                Span<byte> to = destination.Row(y);
                for (int x = 0; x < from.Length; x++)
                {
                    to[3 * x] = from[x].R;
                    to[3 * x + 1] = from[x].G;
                    to[3 * x + 2] = from[x].B;
                }
            }
        });
    }

    private static bool IsInputError(Exception exception) =>
        exception is ImageFormatException or ImageProcessingException or InvalidMemoryOperationException or NotSupportedException;

    private static InvalidInputException Explain(Exception exception) => exception switch
    {
        UnknownImageFormatException => new InvalidInputException(
            InvalidInputKind.UnsupportedFormat, UnknownFormat, exception),
        InvalidMemoryOperationException => new InvalidInputException(
            InvalidInputKind.TooLarge, "Decoding the image needs more memory than its limit of pixels (MaxPixels) allows.", exception),
        _ => new InvalidInputException($"The image is damaged: {exception.Message}", exception),
    };
}
