using System.Buffers.Binary;

namespace ServerlessInference.Imaging.Formats.Png;

/// <summary>The fields of the IHDR chunk, validated.</summary>
internal readonly record struct PngHeader(int Width, int Height, int BitDepth, PngColorType ColorType, bool Interlaced)
{
    private const int ChunkLength = 13;

    /// <summary>Gets the number of samples per pixel as stored.</summary>
    public int Channels => ColorType switch
    {
        PngColorType.Rgb => 3,
        PngColorType.GrayscaleAlpha => 2,
        PngColorType.RgbAlpha => 4,
        _ => 1,
    };

    public int BitsPerPixel => Channels * BitDepth;

    /// <summary>Gets the distance from a byte to the byte that filters predict it from: one pixel, or 1 if pixels share a byte.</summary>
    public int FilterDistance => Math.Max(1, BitsPerPixel / 8);

    /// <summary>Gets the number of bytes in a row of the given width, without the filter byte.</summary>
    public long RowBytes(int width) => (((long)width * BitsPerPixel) + 7) / 8;

    /// <summary>Gets the size of the decompressed image data, including filter bytes and all interlace passes.</summary>
    public long RawBytes
    {
        get
        {
            if (!Interlaced)
            {
                return (RowBytes(Width) + 1) * Height;
            }

            long total = 0;
            for (int pass = 0; pass < Adam7.Passes; pass++)
            {
                int width = Adam7.PassWidth(pass, Width);
                total += width == 0 ? 0 : (RowBytes(width) + 1) * Adam7.PassHeight(pass, Height);
            }

            return total;
        }
    }

    public static PngHeader Parse(ReadOnlySpan<byte> chunk)
    {
        if (chunk.Length != ChunkLength)
        {
            throw new InvalidImageException(
                $"The IHDR chunk of the PNG has {chunk.Length} bytes; {ChunkLength} were expected. The file is damaged.");
        }

        uint width = BinaryPrimitives.ReadUInt32BigEndian(chunk);
        uint height = BinaryPrimitives.ReadUInt32BigEndian(chunk[4..]);
        byte depth = chunk[8];
        var type = (PngColorType)chunk[9];
        if (width is 0 or > int.MaxValue || height is 0 or > int.MaxValue)
        {
            throw new InvalidImageException(
                $"The PNG states {width} x {height} pixels; each side must be 1 to {int.MaxValue}. The file is damaged.");
        }

        bool depthFits = type switch
        {
            PngColorType.Grayscale => depth is 1 or 2 or 4 or 8 or 16,
            PngColorType.Palette => depth is 1 or 2 or 4 or 8,
            PngColorType.Rgb or PngColorType.GrayscaleAlpha or PngColorType.RgbAlpha => depth is 8 or 16,
            _ => false,
        };
        if (!depthFits)
        {
            throw new InvalidImageException(
                $"The PNG states colour type {chunk[9]} with a bit depth of {depth}, which is not a valid combination. " +
                "The file is damaged.");
        }

        if (chunk[10] != 0 || chunk[11] != 0 || chunk[12] > 1)
        {
            throw new InvalidImageException(
                $"The PNG states compression {chunk[10]}, filter {chunk[11]} and interlace {chunk[12]}; " +
                "the valid values are 0, 0, and 0 or 1. The file is damaged.");
        }

        return new PngHeader((int)width, (int)height, depth, type, chunk[12] == 1);
    }
}
