using System.Buffers;
using System.IO.Compression;
using ServerlessInference.Vision.Imaging.Internal;

namespace ServerlessInference.Vision.Imaging.Png.Internal;

/// <summary>Decodes PNG (ISO/IEC 15948): every colour type, bit depth and interlacing.</summary>
/// <remarks>
/// The runtime's zlib inflates, a batch of rows at a time into pooled memory; only as many bytes are ever inflated as the header calls for.
/// Thread-safe: holds no state.
/// </remarks>
internal sealed class PngDecoder : IImageDecoder
{
    /// <summary>Bytes of rows that are inflated at a time.</summary>
    private const int BatchBytes = 64 * 1024;

    /// <summary>No DEFLATE stream expands more than this many times (RFC 1951: 258 bytes out of two bits).</summary>
    private const long MaxExpansion = 1032;

    public bool CanDecode(ImageFormat format) => format == ImageFormat.Png;

    public ImageInfo Identify(ReadOnlySpan<byte> encoded)
    {
        PngHeader header = PngContents.ReadHeader(encoded);
        int orientation = ExifOrientation.FromTiff(PngContents.FindExif(encoded[ImageFormatDetector.PngSignature.Length..]));
        return OrientationTransform.SwapsSides(orientation)
            ? new ImageInfo(ImageFormat.Png, header.Height, header.Width, orientation)
            : new ImageInfo(ImageFormat.Png, header.Width, header.Height, orientation);
    }

    public unsafe void Decode(ReadOnlySpan<byte> encoded, ImageDecodeOptions options, ImageBuffer destination)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(destination);
        ImageLimits.CheckEncoded(encoded.Length, options);
        PngHeader header = PngContents.ReadHeader(encoded);
        ImageLimits.CheckSize("PNG", header.Width, header.Height, options);
        PngContents contents = PngContents.Read(encoded);
        if (header.RawBytes > (contents.ImageDataBytes + 1) * MaxExpansion)
        {
            throw new InvalidInputException(
                $"The PNG states {header.Width} x {header.Height} pixels but holds {contents.ImageDataBytes} bytes of image data, which is too little. The file is cut off or damaged.");
        }

        var converter = new PngRowConverter();
        converter.Begin(contents, options);
        int orientation = options.ApplyOrientation ? ExifOrientation.FromTiff(contents.Exif) : ExifOrientation.Normal;
        fixed (byte* data = contents.ImageData)
        {
            CheckZlibHeader(data, contents.ImageData.Length);
            using var stream = new PngDataStream(data, contents.ImageData.Length);
            using var inflater = new ZLibStream(stream, CompressionMode.Decompress);
            try
            {
                Decode(header, inflater, converter, orientation, destination);
            }
            catch (Exception exception) when (exception is InvalidDataException or EndOfStreamException)
            {
                throw new InvalidInputException("The PNG's compressed image data is cut off or damaged.", exception);
            }
        }
    }

    // zlib would ask for a preset dictionary, which PNG does not have, and the runtime reports that like a fault of its own.
    private static unsafe void CheckZlibHeader(byte* data, int length)
    {
        const int Method = 0x0F, Deflate = 8, PresetDictionary = 0x20;
        using var stream = new PngDataStream(data, length);
        Span<byte> header = stackalloc byte[2];
        if (stream.ReadAtLeast(header, header.Length, throwOnEndOfStream: false) < header.Length
            || (header[0] & Method) != Deflate
            || (header[1] & PresetDictionary) != 0)
        {
            throw new InvalidInputException("The PNG's image data does not start as zlib data do. The file is damaged.");
        }
    }

    private static void Decode(PngHeader header, Stream inflater, PngRowConverter converter, int orientation, ImageBuffer destination)
    {
        int rowBytes = checked((int)header.RowBytes(header.Width));
        int batchRows = Math.Clamp(BatchBytes / (rowBytes + 1), 1, header.Height);
        using var rows = new PngRowReader(inflater, rowBytes, batchRows, header.FilterDistance);
        if (orientation == ExifOrientation.Normal)
        {
            destination.Resize(header.Width, header.Height);
            Decode(header, rows, converter, destination.Pixels);
            return;
        }

        // Rare in PNG, so a second image is what it may cost.
        bool swaps = OrientationTransform.SwapsSides(orientation);
        destination.Resize(swaps ? header.Height : header.Width, swaps ? header.Width : header.Height);
        Span<byte> displayed = destination.Pixels;
        byte[] stored = ArrayPool<byte>.Shared.Rent(displayed.Length);
        try
        {
            Decode(header, rows, converter, stored.AsSpan(0, displayed.Length));
            OrientationTransform.WriteRows(stored.AsSpan(0, displayed.Length), header.Width, header.Height, 0, orientation, displayed);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(stored);
        }
    }

    private static void Decode(PngHeader header, PngRowReader rows, PngRowConverter converter, Span<byte> image)
    {
        int stride = header.Width * ImageBuffer.Channels;
        if (!header.Interlaced)
        {
            rows.BeginPass((int)header.RowBytes(header.Width), header.Height);
            for (int y = 0; y < header.Height; y++)
            {
                converter.Convert(rows.Read(), header.Width, image.Slice(y * stride, stride));
            }

            return;
        }

        byte[] passRow = ArrayPool<byte>.Shared.Rent(stride);
        try
        {
            for (int pass = 0; pass < Adam7.Passes; pass++)
            {
                int width = Adam7.PassWidth(pass, header.Width);
                int height = width == 0 ? 0 : Adam7.PassHeight(pass, header.Height);
                rows.BeginPass((int)header.RowBytes(width), height);
                for (int y = 0; y < height; y++)
                {
                    converter.Convert(rows.Read(), width, passRow);
                    Adam7.Scatter(pass, passRow.AsSpan(0, width * ImageBuffer.Channels), image.Slice(Adam7.Row(pass, y) * stride, stride));
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(passRow);
        }
    }
}
