using System.Buffers.Binary;

namespace ServerlessInference.Imaging.Formats.Bmp;

/// <summary>The headers of a BMP, validated.</summary>
/// <remarks>
/// Source: Microsoft's documentation of BITMAPFILEHEADER, BITMAPCOREHEADER, BITMAPINFOHEADER, BITMAPV4HEADER and BITMAPV5HEADER, and IBM's
/// of the OS/2 2.x header. Which combinations are accepted follows Pillow.
/// </remarks>
internal readonly record struct BmpHeader
{
    private const int FileHeaderLength = 14;
    private const int CoreHeaderLength = 12;
    private const int MaxColors = 256;

    public int Width { get; private init; }

    public int Height { get; private init; }

    /// <summary>Gets a value indicating whether the first stored row is the top one.</summary>
    public bool TopDown { get; private init; }

    public int BitsPerPixel { get; private init; }

    public BmpCompression Compression { get; private init; }

    /// <summary>Gets the masks of red, green, blue and alpha, if the compression is <see cref="BmpCompression.BitFields"/>.</summary>
    public (uint Red, uint Green, uint Blue, uint Alpha) Masks { get; private init; }

    /// <summary>Gets the number of colours in the palette; 0 without a palette.</summary>
    public int Colors { get; private init; }

    /// <summary>Gets the number of bytes per colour: 3 in the oldest files, otherwise 4.</summary>
    public int ColorBytes { get; private init; }

    public int PaletteOffset { get; private init; }

    public long DataOffset { get; private init; }

    /// <summary>Gets the number of bytes of pixels in an uncompressed row, without padding.</summary>
    public int RowBytes => (int)((((long)Width * BitsPerPixel) + 7) / 8);

    /// <summary>Gets the distance from one uncompressed row to the next.</summary>
    public long Stride => (((long)Width * BitsPerPixel) + 31) / 32 * 4;

    public bool IsRunLengthEncoded => Compression is BmpCompression.Rle8 or BmpCompression.Rle4;

    public static BmpHeader Read(ReadOnlySpan<byte> encoded)
    {
        if (!encoded.StartsWith("BM"u8))
        {
            throw BmpErrors.Malformed("it does not start with \"BM\"");
        }

        if (encoded.Length < FileHeaderLength + 4)
        {
            throw BmpErrors.Truncated("header");
        }

        uint length = BinaryPrimitives.ReadUInt32LittleEndian(encoded[FileHeaderLength..]);
        if (length is not (12 or 40 or 52 or 56 or 64 or 108 or 124))
        {
            throw BmpErrors.Unsupported($"a header of {length} bytes");
        }

        if (encoded.Length < FileHeaderLength + (int)length)
        {
            throw BmpErrors.Truncated("header");
        }

        BmpHeader header = length == CoreHeaderLength
            ? ReadCore(encoded.Slice(FileHeaderLength, CoreHeaderLength))
            : ReadInfo(encoded, (int)length);
        return header.WithOffsets(BinaryPrimitives.ReadUInt32LittleEndian(encoded[10..]), (int)length);
    }

    private static BmpHeader ReadCore(ReadOnlySpan<byte> core)
    {
        int bits = BinaryPrimitives.ReadUInt16LittleEndian(core[10..]);
        CheckBits(bits);
        int width = BinaryPrimitives.ReadUInt16LittleEndian(core[4..]);
        int height = BinaryPrimitives.ReadUInt16LittleEndian(core[6..]);
        CheckSize(width, height);
        return new BmpHeader
        {
            Width = width,
            Height = height,
            BitsPerPixel = bits,
            Colors = bits <= 8 ? 1 << bits : 0,
            ColorBytes = 3,
            PaletteOffset = FileHeaderLength + CoreHeaderLength,
        };
    }

    private static BmpHeader ReadInfo(ReadOnlySpan<byte> encoded, int length)
    {
        ReadOnlySpan<byte> info = encoded.Slice(FileHeaderLength, length);
        uint width = BinaryPrimitives.ReadUInt32LittleEndian(info[4..]);
        uint storedHeight = BinaryPrimitives.ReadUInt32LittleEndian(info[8..]);

        // A negative height means that the rows are stored from top to bottom. Like Pillow, the decoder looks at the highest byte, so that
        // the height of a file that is not top-down may use all other values.
        bool topDown = storedHeight >> 24 == 0xFF;
        uint height = topDown ? 0 - storedHeight : storedHeight;
        CheckSize(width, height);
        int bits = BinaryPrimitives.ReadUInt16LittleEndian(info[14..]);
        CheckBits(bits);
        uint compression = BinaryPrimitives.ReadUInt32LittleEndian(info[16..]);
        CheckCompression(compression, bits);
        int paletteOffset = FileHeaderLength + length;
        var masks = default((uint, uint, uint, uint));
        if (compression == (uint)BmpCompression.BitFields)
        {
            masks = ReadMasks(encoded, length, ref paletteOffset);
            CheckMasks(masks, bits);
        }

        return new BmpHeader
        {
            Width = (int)width,
            Height = (int)height,
            TopDown = topDown,
            BitsPerPixel = bits,
            Compression = (BmpCompression)compression,
            Masks = masks,
            Colors = bits <= 8 ? CountColors(BinaryPrimitives.ReadUInt32LittleEndian(info[32..]), bits) : 0,
            ColorBytes = 4,
            PaletteOffset = paletteOffset,
        };
    }

    private static (uint Red, uint Green, uint Blue, uint Alpha) ReadMasks(ReadOnlySpan<byte> encoded, int length, ref int paletteOffset)
    {
        const int MasksOffset = 40, ThreeMasks = 12;

        // Headers of 40 bytes are followed by three masks; longer ones contain them, and those of 56 bytes or more also one for alpha.
        if (length == MasksOffset)
        {
            if (encoded.Length < FileHeaderLength + MasksOffset + ThreeMasks)
            {
                throw BmpErrors.Truncated("header");
            }

            paletteOffset += ThreeMasks;
        }

        ReadOnlySpan<byte> masks = encoded[(FileHeaderLength + MasksOffset)..];
        return (
            BinaryPrimitives.ReadUInt32LittleEndian(masks),
            BinaryPrimitives.ReadUInt32LittleEndian(masks[4..]),
            BinaryPrimitives.ReadUInt32LittleEndian(masks[8..]),
            length >= 56 ? BinaryPrimitives.ReadUInt32LittleEndian(masks[12..]) : 0);
    }

    private static void CheckSize(uint width, uint height)
    {
        if (width == 0 || height == 0)
        {
            throw BmpErrors.Malformed($"it states {width} x {height} pixels");
        }

        if (width > int.MaxValue || height > int.MaxValue)
        {
            throw new InvalidImageException(
                InvalidImageKind.TooLarge,
                $"The BMP states {width} x {height} pixels; the maximum per side is {int.MaxValue}. The file is damaged, or too large.");
        }
    }

    private static void CheckSize(int width, int height) => CheckSize((uint)width, (uint)height);

    private static void CheckBits(int bits)
    {
        if (bits is not (1 or 4 or 8 or 16 or 24 or 32))
        {
            throw BmpErrors.Unsupported($"{bits} bits per pixel");
        }
    }

    private static void CheckCompression(uint compression, int bits)
    {
        bool supported = (BmpCompression)compression switch
        {
            BmpCompression.None => true,
            BmpCompression.Rle8 or BmpCompression.Rle4 => bits <= 8,
            BmpCompression.BitFields => bits >= 16,
            _ => false,
        };
        if (!supported)
        {
            throw BmpErrors.Unsupported($"compression {compression} with {bits} bits per pixel");
        }
    }

    // Rows of these masks are what programs write. Others would need a rule for rounding that no two programs share.
    private static void CheckMasks((uint Red, uint Green, uint Blue, uint Alpha) masks, int bits)
    {
        bool supported = bits switch
        {
            16 => (masks.Red, masks.Green, masks.Blue) is (0xF800, 0x7E0, 0x1F) or (0x7C00, 0x3E0, 0x1F),
            24 => (masks.Red, masks.Green, masks.Blue) is (0xFF0000, 0xFF00, 0xFF),
            _ => masks is (0xFF0000, 0xFF00, 0xFF, 0)
                or (0xFF0000, 0xFF00, 0xFF, 0xFF000000)
                or (0xFF, 0xFF00, 0xFF0000, 0xFF000000)
                or (0xFF000000, 0xFF0000, 0xFF00, 0)
                or (0xFF000000, 0xFF0000, 0xFF00, 0xFF)
                or (0xFF000000, 0xFF00, 0xFF, 0)
                or (0xFF000000, 0xFF00, 0xFF, 0xFF0000)
                or (0, 0, 0, 0),
        };
        if (!supported)
        {
            throw BmpErrors.Unsupported(
                $"the masks {masks.Red:X8}, {masks.Green:X8}, {masks.Blue:X8} and {masks.Alpha:X8} with {bits} bits per pixel");
        }
    }

    private static int CountColors(uint stated, int bits)
    {
        if (stated > MaxColors)
        {
            throw BmpErrors.Malformed($"it states {stated} colours; the maximum is {MaxColors}");
        }

        return stated == 0 ? 1 << bits : (int)stated;
    }

    // Some programs state an offset that leaves out the palette, or 0.
    private BmpHeader WithOffsets(uint stated, int length)
    {
        long paletteEnd = PaletteOffset + ((long)Colors * ColorBytes);
        long offset = stated == 0 ? paletteEnd : stated;
        if (BitsPerPixel <= 8 && stated == FileHeaderLength + length)
        {
            offset = stated + (4L * Colors);
        }

        return this with { DataOffset = offset };
    }
}
