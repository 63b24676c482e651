using System.Buffers.Binary;

namespace ServerlessInference.Imaging.ImageSharp;

/// <summary>Checks a bitmap before ImageSharp reads it.</summary>
/// <remarks>
/// ImageSharp 2.1.13 allocates memory for a palette that ends where the pixels begin, without checking whether the file is that long
/// (SixLabors/ImageSharp issue 3074), and leaves pixels black that are missing from the file.
/// Source of the layout: Microsoft's documentation of BITMAPFILEHEADER, BITMAPINFOHEADER and bitmap compression.
/// </remarks>
internal static class BmpStructure
{
    private const string Format = "BMP";
    private const int FileHeaderBytes = 14;
    private const int CoreHeaderBytes = 12;
    private const int ShortestHeaderWithBits = 16;
    private const int ShortestHeaderWithCompression = 20;
    private const uint RunLength8 = 1;
    private const uint RunLength4 = 2;

    /// <summary>Checks that the file is as long as its header states.</summary>
    /// <param name="encoded">The whole file.</param>
    /// <exception cref="InvalidImageException">The file is shorter, or its header is damaged.</exception>
    public static void Check(ReadOnlySpan<byte> encoded)
    {
        if (encoded.Length < FileHeaderBytes + CoreHeaderBytes)
        {
            throw Malformed.Truncated(Format);
        }

        uint offset = BinaryPrimitives.ReadUInt32LittleEndian(encoded[10..]);
        ReadOnlySpan<byte> header = encoded[FileHeaderBytes..];
        uint headerBytes = BinaryPrimitives.ReadUInt32LittleEndian(header);
        if (offset > (uint)encoded.Length || headerBytes > (uint)header.Length)
        {
            throw Malformed.Truncated(Format);
        }

        if (headerBytes != CoreHeaderBytes && headerBytes < ShortestHeaderWithBits)
        {
            throw Malformed.Create(Format, $"its header has {headerBytes} bytes");
        }

        bool core = headerBytes == CoreHeaderBytes;
        long width = core ? BinaryPrimitives.ReadUInt16LittleEndian(header[4..]) : BinaryPrimitives.ReadInt32LittleEndian(header[4..]);
        long height = core ? BinaryPrimitives.ReadUInt16LittleEndian(header[6..]) : BinaryPrimitives.ReadInt32LittleEndian(header[8..]);
        int bits = BinaryPrimitives.ReadUInt16LittleEndian(header[(core ? 10 : 14)..]);
        uint compression = headerBytes < ShortestHeaderWithCompression ? 0 : BinaryPrimitives.ReadUInt32LittleEndian(header[16..]);
        if (width <= 0 || height == 0)
        {
            throw Malformed.Create(Format, $"its image has {width} x {height} pixels");
        }

        ReadOnlySpan<byte> data = encoded[(int)offset..];
        if (compression is RunLength8 or RunLength4)
        {
            CheckRuns(data, width, Math.Abs(height), pixelsPerByte: compression == RunLength4 ? 2 : 1);
            return;
        }

        // The padding of the last row may be missing.
        long stride = ((width * bits) + 31) / 32 * 4;
        if ((stride * (Math.Abs(height) - 1)) + (((width * bits) + 7) / 8) > data.Length)
        {
            throw Malformed.Truncated(Format);
        }
    }

    /// <summary>Follows the runs to the end-of-bitmap code, or to the last pixel.</summary>
    private static void CheckRuns(ReadOnlySpan<byte> data, long width, long height, int pixelsPerByte)
    {
        long x = 0;
        long y = 0;
        while (y < height && (y < height - 1 || x < width))
        {
            if (data.Length < 2)
            {
                throw Malformed.Truncated(Format);
            }

            int used = 2;
            switch (data[0], data[1])
            {
                case (0, 0):
                    x = 0;
                    y++;
                    break;
                case (0, 1):
                    return;
                case (0, 2):
                    used = 4;
                    if (data.Length < used)
                    {
                        throw Malformed.Truncated(Format);
                    }

                    x += data[2];
                    y += data[3];
                    break;
                case (0, var literal):
                    // That many literal pixels follow, padded to an even number of bytes.
                    used += (((literal + pixelsPerByte - 1) / pixelsPerByte) + 1) & ~1;
                    x += literal;
                    break;
                case (var run, _):
                    x += run;
                    break;
            }

            if (used > data.Length)
            {
                throw Malformed.Truncated(Format);
            }

            data = data[used..];
        }
    }
}
