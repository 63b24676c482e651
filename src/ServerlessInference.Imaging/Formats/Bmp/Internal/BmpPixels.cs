using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.Intrinsics;

namespace ServerlessInference.Imaging.Formats.Bmp;

/// <summary>Converts rows of pixels without a palette to RGB.</summary>
/// <remarks>Samples of 5 and 6 bits are scaled to 8 bits and rounded down, as in Pillow.</remarks>
internal static unsafe class BmpPixels
{
    /// <summary>Converts a row.</summary>
    /// <param name="row">The stored row, without padding.</param>
    /// <param name="header">The header.</param>
    /// <param name="options">How alpha is handled.</param>
    /// <param name="target">Receives three bytes per pixel.</param>
    public static void Write(ReadOnlySpan<byte> row, in BmpHeader header, ImageDecodeOptions options, Span<byte> target)
    {
        switch (header.BitsPerPixel)
        {
            case 16:
                WriteWords(row, sixBitsGreen: header.Masks.Green == 0x7E0, target);
                break;
            case 24:
                Shuffle(row, pixelBytes: 3, red: 2, green: 1, blue: 0, target);
                break;
            default:
                WriteDoubleWords(row, header, options, target);
                break;
        }
    }

    private static void WriteWords(ReadOnlySpan<byte> row, bool sixBitsGreen, Span<byte> target)
    {
        for (int from = 0, to = 0; to < target.Length; from += 2, to += 3)
        {
            int value = BinaryPrimitives.ReadUInt16LittleEndian(row[from..]);
            int red = sixBitsGreen ? value >> 11 : (value >> 10) & 31;
            target[to] = (byte)(red * 255 / 31);
            target[to + 1] = (byte)(sixBitsGreen ? ((value >> 5) & 63) * 255 / 63 : ((value >> 5) & 31) * 255 / 31);
            target[to + 2] = (byte)((value & 31) * 255 / 31);
        }
    }

    private static void WriteDoubleWords(ReadOnlySpan<byte> row, in BmpHeader header, ImageDecodeOptions options, Span<byte> target)
    {
        (uint red, uint green, uint blue, uint alpha) = header.Masks;
        bool bitFields = header.Compression == BmpCompression.BitFields;
        if (red == 0)
        {
            // Without masks the order is blue, green, red. Masks that are all zero mean the same with alpha in the fourth byte.
            (red, green, blue, alpha) = (0xFF0000, 0xFF00, 0xFF, bitFields ? 0xFF000000 : 0);
        }

        Shuffle(row, pixelBytes: 4, ByteOf(red), ByteOf(green), ByteOf(blue), target);
        if (alpha == 0 || options.Alpha != AlphaMode.Compose)
        {
            return;
        }

        int alphaByte = ByteOf(alpha);
        fixed (byte* rgb = target)
        {
            for (int from = alphaByte, to = 0; to < target.Length; from += 4, to += 3)
            {
                AlphaBlend.Apply(rgb + to, row[from], options.Background);
            }
        }
    }

    private static int ByteOf(uint mask) => BitOperations.TrailingZeroCount(mask) / 8;

    private static void Shuffle(ReadOnlySpan<byte> row, int pixelBytes, int red, int green, int blue, Span<byte> target)
    {
        int from = 0;
        int to = 0;
        if (Vector128.IsHardwareAccelerated)
        {
            // Four pixels at a time become 12 bytes. Each store writes 16; the next one overwrites the last four.
            Vector128<byte> indices = Vector128.Create(
                (byte)red, (byte)green, (byte)blue,
                (byte)(red + pixelBytes), (byte)(green + pixelBytes), (byte)(blue + pixelBytes),
                (byte)(red + (2 * pixelBytes)), (byte)(green + (2 * pixelBytes)), (byte)(blue + (2 * pixelBytes)),
                (byte)(red + (3 * pixelBytes)), (byte)(green + (3 * pixelBytes)), (byte)(blue + (3 * pixelBytes)),
                ByteShuffle.None, ByteShuffle.None, ByteShuffle.None, ByteShuffle.None);
            for (; to + 16 <= target.Length && from + 16 <= row.Length; to += 12, from += 4 * pixelBytes)
            {
                ByteShuffle.Shuffle(Vector128.Create(row.Slice(from, 16)), indices).CopyTo(target[to..]);
            }
        }

        for (; to < target.Length; to += 3, from += pixelBytes)
        {
            target[to] = row[from + red];
            target[to + 1] = row[from + green];
            target[to + 2] = row[from + blue];
        }
    }
}
