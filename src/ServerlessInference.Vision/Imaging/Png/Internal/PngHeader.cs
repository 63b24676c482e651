using System.Buffers.Binary;

namespace ServerlessInference.Vision.Imaging.Png.Internal;

/// <summary>The fields of the IHDR chunk, checked.</summary>
internal readonly record struct PngHeader(int Width, int Height, int BitDepth, PngColorType ColorType, bool Interlaced)
{
    private const int ChunkLength = 13;

    /// <summary>Samples per pixel as stored.</summary>
    public int Channels => ColorType switch
    {
        PngColorType.Rgb => 3,
        PngColorType.GrayscaleAlpha => 2,
        PngColorType.RgbAlpha => 4,
        _ => 1,
    };

    public int BitsPerPixel => Channels * BitDepth;

    /// <summary>The distance that filters look back, in bytes; 1 where pixels share a byte.</summary>
    public int FilterDistance => Math.Max(1, BitsPerPixel / 8);

    /// <summary>Bytes of one row of a width, without the filter byte.</summary>
    public long RowBytes(int width) => (((long)width * BitsPerPixel) + 7) / 8;

    /// <summary>Bytes that the image's data must decompress to, filter bytes and all interlace passes included.</summary>
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
            throw new InvalidInputException($"The PNG's IHDR chunk has {chunk.Length} bytes; {ChunkLength} were expected. The file is damaged.");
        }

        uint width = BinaryPrimitives.ReadUInt32BigEndian(chunk);
        uint height = BinaryPrimitives.ReadUInt32BigEndian(chunk[4..]);
        byte depth = chunk[8];
        var type = (PngColorType)chunk[9];
        if (width is 0 or > int.MaxValue || height is 0 or > int.MaxValue)
        {
            throw new InvalidInputException($"The PNG states {width} x {height} pixels; each side must be 1 to {int.MaxValue}. The file is damaged.");
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
            throw new InvalidInputException($"The PNG states colour type {chunk[9]} with {depth} bits; the format has no such combination. The file is damaged.");
        }

        if (chunk[10] != 0 || chunk[11] != 0 || chunk[12] > 1)
        {
            throw new InvalidInputException(
                $"The PNG states compression {chunk[10]}, filter {chunk[11]} and interlace {chunk[12]}; 0, 0 and 0 or 1 are defined. The file is damaged.");
        }

        return new PngHeader((int)width, (int)height, depth, type, chunk[12] == 1);
    }
}
