using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.IO.Compression;

namespace ServerlessInference.Imaging.Formats.Png;

/// <summary>The working memory for decoding a PNG. Reusable for any number of images, one at a time.</summary>
/// <remarks>
/// The runtime's <see cref="ZLibStream"/> cannot be reset for a second image. It and the objects it owns are the only allocations per
/// image.
/// </remarks>
[SuppressMessage("Design", "CA1001", Justification = "The stream owns no resources: it reads memory that the caller pins.")]
internal sealed class PngDecodeState
{
    /// <summary>The target size of a batch of rows, which are inflated together.</summary>
    private const int BatchBytes = 64 * 1024;

    private readonly PngRowConverter _converter = new();
    private readonly PngRowReader _rows = new();
    private readonly PngDataStream _data = new();

    public unsafe void Decode(in PngContents contents, ImageDecodeOptions options, ImageBuffer destination)
    {
        _converter.Begin(contents, options);
        int orientation = options.ApplyOrientation ? PngOrientation.Find(contents.Chunks) : ExifOrientation.Normal;
        fixed (byte* data = contents.ImageData)
        {
            try
            {
                _data.Begin(data, contents.ImageData.Length);
                CheckZlibHeader();
                _data.Begin(data, contents.ImageData.Length);
                Decode(contents.Header, orientation, destination);
            }
            catch (Exception exception) when (exception is InvalidDataException or EndOfStreamException)
            {
                throw new InvalidImageException("The compressed image data of the PNG is truncated or damaged.", exception);
            }
            finally
            {
                _data.End();
            }
        }
    }

    // If the header has the flag for a preset dictionary, which PNG does not allow, the runtime throws an exception that looks like an
    // internal error rather than invalid data. So the header is checked first.
    private void CheckZlibHeader()
    {
        const int Method = 0x0F, Deflate = 8, PresetDictionary = 0x20;
        Span<byte> header = stackalloc byte[2];
        if (_data.ReadAtLeast(header, header.Length, throwOnEndOfStream: false) < header.Length
            || (header[0] & Method) != Deflate
            || (header[1] & PresetDictionary) != 0)
        {
            throw new InvalidImageException("The image data of the PNG does not start with a valid zlib header. The file is damaged.");
        }
    }

    private void Decode(PngHeader header, int orientation, ImageBuffer destination)
    {
        int rowBytes = checked((int)header.RowBytes(header.Width));
        int batchRows = Math.Clamp(BatchBytes / (rowBytes + 1), 1, header.Height);
        using var inflater = new ZLibStream(_data, CompressionMode.Decompress, leaveOpen: true);
        _rows.Begin(inflater, rowBytes, batchRows, header.FilterDistance);
        try
        {
            Decode(header, orientation, destination, rowBytes);
        }
        finally
        {
            _rows.End();
        }
    }

    private void Decode(PngHeader header, int orientation, ImageBuffer destination, int rowBytes)
    {
        if (orientation == ExifOrientation.Normal)
        {
            destination.Resize(header.Width, header.Height);
            Decode(header, rowBytes, destination.Pixels);
            return;
        }

        // An orientation is rare in PNG files, so the simple way is good enough: decode into a second buffer, then move the pixels.
        bool swaps = OrientationTransform.SwapsSides(orientation);
        destination.Resize(swaps ? header.Height : header.Width, swaps ? header.Width : header.Height);
        Span<byte> displayed = destination.Pixels;
        byte[] stored = ArrayPool<byte>.Shared.Rent(displayed.Length);
        try
        {
            Decode(header, rowBytes, stored.AsSpan(0, displayed.Length));
            OrientationTransform.WriteRows(stored.AsSpan(0, displayed.Length), header.Width, header.Height, 0, orientation, displayed);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(stored);
        }
    }

    private void Decode(PngHeader header, int rowBytes, Span<byte> image)
    {
        int stride = header.Width * ImageBuffer.Channels;
        if (!header.Interlaced)
        {
            _rows.BeginPass(rowBytes, header.Height);
            for (int y = 0; y < header.Height; y++)
            {
                _converter.Convert(_rows.Read(), header.Width, image.Slice(y * stride, stride));
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
                _rows.BeginPass((int)header.RowBytes(width), height);
                for (int y = 0; y < height; y++)
                {
                    _converter.Convert(_rows.Read(), width, passRow);
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
