using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ServerlessInference.Imaging.Formats.Webp;

/// <summary>Decodes the pixels of a lossless picture. Source: RFC 9649, sections 3.6 and 3.7.3.</summary>
internal static unsafe class Vp8LPixels
{
    private const uint FirstLength = 256;
    private const uint FirstCached = 256 + Vp8LCodeGroup.LengthSymbols;
    private const int NearDistances = 120;

    // Section 3.6.2.3: the factor of the hash that is the place of a colour in the cache.
    private const uint HashFactor = 0x1E35A7BD;

    // Section 3.6.2.2: distance codes up to 120 are positions near the pixel. The upper four bits are the rows above it, the lower four
    // bits 8 minus the columns to the left of it.
    private static ReadOnlySpan<byte> NearDistance =>
    [
        0x18, 0x07, 0x17, 0x19, 0x28, 0x06, 0x27, 0x29, 0x16, 0x1A, 0x26, 0x2A,
        0x38, 0x05, 0x37, 0x39, 0x15, 0x1B, 0x36, 0x3A, 0x25, 0x2B, 0x48, 0x04,
        0x47, 0x49, 0x14, 0x1C, 0x35, 0x3B, 0x46, 0x4A, 0x24, 0x2C, 0x58, 0x45,
        0x4B, 0x34, 0x3C, 0x03, 0x57, 0x59, 0x13, 0x1D, 0x56, 0x5A, 0x23, 0x2D,
        0x44, 0x4C, 0x55, 0x5B, 0x33, 0x3D, 0x68, 0x02, 0x67, 0x69, 0x12, 0x1E,
        0x66, 0x6A, 0x22, 0x2E, 0x54, 0x5C, 0x43, 0x4D, 0x65, 0x6B, 0x32, 0x3E,
        0x78, 0x01, 0x77, 0x79, 0x53, 0x5D, 0x11, 0x1F, 0x64, 0x6C, 0x42, 0x4E,
        0x76, 0x7A, 0x21, 0x2F, 0x75, 0x7B, 0x31, 0x3F, 0x63, 0x6D, 0x52, 0x5E,
        0x00, 0x74, 0x7C, 0x41, 0x4F, 0x10, 0x20, 0x62, 0x6E, 0x30, 0x73, 0x7D,
        0x51, 0x5F, 0x40, 0x72, 0x7E, 0x61, 0x6F, 0x50, 0x71, 0x7F, 0x60, 0x70,
    ];

    /// <summary>Decodes a picture.</summary>
    /// <param name="reader">The bits.</param>
    /// <param name="layout">How the pixels are laid out and coded.</param>
    /// <param name="groups">The groups of codes.</param>
    /// <param name="pixels">Receives the pixels. Up to 8 more may be written.</param>
    public static void Decode(ref Vp8LBitReader reader, in Vp8LLayout layout, Vp8LCodeGroup* groups, uint* pixels)
    {
        int count = layout.Width * layout.Height;
        int at = 0;
        while (at < count)
        {
            // Only here, so that it costs little. Beyond the end of the data there are zeros to be read.
            if (reader.HasPassed)
            {
                throw WebpErrors.Truncated("image data");
            }

            int end = FindRun(layout, at, out uint group);
            at = DecodeRun(ref reader, layout, groups + group, pixels, at, end);
        }
    }

    // Finds the end of the pixels with the same group of codes as the next one: the end of its row or tile.
    private static int FindRun(in Vp8LLayout layout, int at, out uint group)
    {
        int y = at / layout.Width;
        int rowStart = y * layout.Width;
        group = 0;
        if (layout.GroupImage == null)
        {
            return rowStart + layout.Width;
        }

        int tile = (at - rowStart) >> layout.GroupBits;
        int columns = (layout.Width + (1 << layout.GroupBits) - 1) >> layout.GroupBits;
        group = layout.GroupImage[((y >> layout.GroupBits) * columns) + tile];
        return rowStart + Math.Min((tile + 1) << layout.GroupBits, layout.Width);
    }

    // Returns the position after the last pixel. Copied pixels may go beyond the end of the run.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int DecodeRun(
        ref Vp8LBitReader reader, in Vp8LLayout layout, Vp8LCodeGroup* group, uint* pixels, int at, int end)
    {
        // A local copy, so that the compiler keeps the reader in registers.
        Vp8LBitReader local = reader;
        uint* cache = layout.Cache;
        int shift = 32 - layout.CacheBits;
        while (at < end)
        {
            local.Refill();
            uint symbol = group->Green.Read(ref local);
            if (symbol - FirstLength < Vp8LCodeGroup.LengthSymbols)
            {
                int length = ReadPrefixed(ref local, symbol - FirstLength);
                local.Refill();
                int code = ReadPrefixed(ref local, group->Distance.Read(ref local));
                Copy(layout, pixels, at, GetDistance(code, layout.Width), length);
                at += length;
                continue;
            }

            // Without a cache, the code has no symbols for its colours.
            uint pixel = symbol >= FirstCached ? cache[symbol - FirstCached]
                : group->IsGreenOnly ? group->Others | (symbol << 8)
                : ReadLiteral(ref local, group, symbol);
            pixels[at++] = pixel;
            if (cache != null)
            {
                cache[(pixel * HashFactor) >> shift] = pixel;
            }
        }

        reader = local;
        return at;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint ReadLiteral(ref Vp8LBitReader reader, Vp8LCodeGroup* group, uint green)
    {
        // Two codes have at most 30 bits of the 56 that are available; the next two may need more.
        uint red = group->Red.Read(ref reader);
        reader.Refill();
        uint blue = group->Blue.Read(ref reader);
        uint alpha = group->Alpha.Read(ref reader);
        return (alpha << 24) | (red << 16) | (green << 8) | blue;
    }

    // Lengths and distances are a symbol and bits that are added to its smallest value.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int ReadPrefixed(ref Vp8LBitReader reader, uint symbol)
    {
        if (symbol < 4)
        {
            return (int)symbol + 1;
        }

        int extra = (int)(symbol - 2) >> 1;
        int smallest = (2 + ((int)symbol & 1)) << extra;
        return smallest + reader.Take(extra) + 1;
    }

    private static nint GetDistance(int code, int width)
    {
        if (code > NearDistances)
        {
            return code - NearDistances;
        }

        int near = NearDistance[code - 1];
        nint distance = ((nint)(near >> 4) * width) + 8 - (near & 15);
        return Math.Max(distance, 1);
    }

    // Source and target may overlap, so pixels are copied in order, and four at a time only if they do not overlap.
    private static void Copy(in Vp8LLayout layout, uint* pixels, int at, nint distance, int length)
    {
        if (distance > at || length > (layout.Width * layout.Height) - at)
        {
            throw WebpErrors.Malformed("copied pixels are outside the image");
        }

        uint* target = pixels + at;
        uint* source = target - distance;
        if (distance == 1)
        {
            new Span<uint>(target, length).Fill(*source);
        }
        else if (distance >= 4)
        {
            for (int i = 0; i < length; i += 4)
            {
                Vector128.Load(source + i).Store(target + i);
            }
        }
        else
        {
            for (int i = 0; i < length; i++)
            {
                target[i] = source[i];
            }
        }

        for (int i = 0; layout.Cache != null && i < length; i++)
        {
            layout.Cache[(target[i] * HashFactor) >> (32 - layout.CacheBits)] = target[i];
        }
    }
}
