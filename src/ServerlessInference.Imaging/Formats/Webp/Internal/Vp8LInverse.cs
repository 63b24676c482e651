using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ServerlessInference.Imaging.Formats.Webp;

/// <summary>Inverts the transforms of a row that need no other row, and writes pixels. Source: RFC 9649, section 3.5.</summary>
/// <remarks>A pixel is alpha, red, green and blue from the highest byte to the lowest.</remarks>
internal static unsafe class Vp8LInverse
{
    private const uint RedAndBlue = 0x00FF00FF;
    private const uint AlphaAndGreen = 0xFF00FF00;

    /// <summary>Adds two pixels, each level modulo 256.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Add(uint left, uint right) =>
        (((left & AlphaAndGreen) + (right & AlphaAndGreen)) & AlphaAndGreen) | (((left & RedAndBlue) + (right & RedAndBlue)) & RedAndBlue);

    /// <summary>Adds green to red and blue.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void AddGreen(uint* row, int width)
    {
        int x = 0;
        for (; x <= width - 4; x += 4)
        {
            Vector128<uint> pixels = Vector128.Load(row + x);
            Vector128<uint> green = (pixels >> 8) & Vector128.Create(255u);
            (pixels.AsByte() + (green | (green << 16)).AsByte()).AsUInt32().Store(row + x);
        }

        for (; x < width; x++)
        {
            uint green = (row[x] >> 8) & 255;
            row[x] = Add(row[x], green | (green << 16));
        }
    }

    /// <summary>Adds multiples of green to red and blue, and a multiple of red to blue.</summary>
    /// <param name="row">The row.</param>
    /// <param name="width">The number of pixels.</param>
    /// <param name="tiles">The factors of each tile: green to red in the lowest byte, green to blue, red to blue.</param>
    /// <param name="bits">The binary logarithm of the width of a tile.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void CrossColor(uint* row, int width, uint* tiles, int bits)
    {
        for (int first = 0; first < width; first += 1 << bits)
        {
            uint factors = *tiles++;
            var greenToRed = (sbyte)factors;
            var greenToBlue = (sbyte)(factors >> 8);
            var redToBlue = (sbyte)(factors >> 16);
            int end = Math.Min(width, first + (1 << bits));
            int x = first;
            for (; Vector256.IsHardwareAccelerated && x <= end - 8; x += 8)
            {
                AddColors(Vector256.Load(row + x).AsInt32(), greenToRed, greenToBlue, redToBlue).AsUInt32().Store(row + x);
            }

            for (; x <= end - 4; x += 4)
            {
                AddColors(Vector128.Load(row + x).AsInt32(), greenToRed, greenToBlue, redToBlue).AsUInt32().Store(row + x);
            }

            for (; x < end; x++)
            {
                uint pixel = row[x];
                var green = (sbyte)(pixel >> 8);
                int red = (int)((pixel >> 16) & 255) + ((greenToRed * green) >> 5);
                int blue = (int)(pixel & 255) + ((greenToBlue * green) >> 5) + ((redToBlue * (sbyte)red) >> 5);
                row[x] = (pixel & AlphaAndGreen) | ((uint)(red & 255) << 16) | (uint)(blue & 255);
            }
        }
    }

    /// <summary>Replaces indices by colours.</summary>
    /// <param name="indices">The indices, in the green levels of pixels; several per pixel if the palette is small.</param>
    /// <param name="width">The number of indices.</param>
    /// <param name="palette">256 colours.</param>
    /// <param name="bits">The binary logarithm of the number of indices per pixel.</param>
    /// <param name="target">Receives the colours.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void LookUpColors(uint* indices, int width, uint* palette, int bits, uint* target)
    {
        if (bits == 0)
        {
            for (int x = 0; x < width; x++)
            {
                target[x] = palette[(indices[x] >> 8) & 255];
            }

            return;
        }

        int indexBits = 8 >> bits;
        uint mask = (1u << indexBits) - 1;
        int perPixel = (1 << bits) - 1;
        uint packed = 0;
        for (int x = 0; x < width; x++)
        {
            packed = (x & perPixel) == 0 ? (*indices++ >> 8) & 255 : packed >> indexBits;
            target[x] = palette[packed & mask];
        }
    }

    /// <summary>Writes red, green and blue of each pixel.</summary>
    /// <param name="row">The row. Four more pixels must be readable.</param>
    /// <param name="width">The number of pixels.</param>
    /// <param name="target">Receives exactly <c>3 × width</c> bytes.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void WriteRgb(uint* row, int width, byte* target)
    {
        const byte None = ByteShuffle.None;
        Vector128<byte> order = Vector128.Create((byte)2, 1, 0, 6, 5, 4, 10, 9, 8, 14, 13, 12, None, None, None, None);
        int x = 0;

        // Each store writes four bytes more than four pixels have; the next one overwrites them.
        for (; x <= width - 6; x += 4)
        {
            ByteShuffle.Shuffle(Vector128.Load(row + x).AsByte(), order).Store(target + (3 * x));
        }

        for (; x < width; x++)
        {
            target[3 * x] = (byte)(row[x] >> 16);
            target[(3 * x) + 1] = (byte)(row[x] >> 8);
            target[(3 * x) + 2] = (byte)row[x];
        }
    }

    // Each level is moved to the end of 32 bits, with its sign; the products need only 16 of them.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> AddColors(Vector256<int> pixels, int greenToRed, int greenToBlue, int redToBlue)
    {
        Vector256<int> green = (pixels << 16) >> 24;
        Vector256<int> red = (pixels >> 16) + ((green * greenToRed) >> 5);
        Vector256<int> signedRed = (red << 24) >> 24;
        Vector256<int> blue = pixels + ((green * greenToBlue) >> 5) + ((signedRed * redToBlue) >> 5);
        Vector256<int> level = Vector256.Create(255);
        return (pixels & Vector256.Create(AlphaAndGreen).AsInt32()) | ((red & level) << 16) | (blue & level);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> AddColors(Vector128<int> pixels, int greenToRed, int greenToBlue, int redToBlue)
    {
        Vector128<int> green = (pixels << 16) >> 24;
        Vector128<int> red = (pixels >> 16) + ((green * greenToRed) >> 5);
        Vector128<int> signedRed = (red << 24) >> 24;
        Vector128<int> blue = pixels + ((green * greenToBlue) >> 5) + ((signedRed * redToBlue) >> 5);
        Vector128<int> level = Vector128.Create(255);
        return (pixels & Vector128.Create(AlphaAndGreen).AsInt32()) | ((red & level) << 16) | (blue & level);
    }
}
