using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ServerlessInference.Imaging.Formats.Webp;

/// <summary>Decodes the transparency of a lossy picture. Source: RFC 9649, section 2.7.1.2 (ALPH).</summary>
internal static unsafe class WebpAlpha
{
    private const int MaxMethod = 1;
    private const int Lossless = 1;

    /// <summary>Decodes the transparency.</summary>
    /// <param name="data">The payload of the chunk.</param>
    /// <param name="width">The width of the picture.</param>
    /// <param name="height">The height of the picture.</param>
    /// <param name="decoder">Decodes compressed transparency.</param>
    /// <param name="alpha">Receives one byte per pixel.</param>
    public static void Decode(ReadOnlySpan<byte> data, int width, int height, Vp8LDecoder decoder, byte* alpha)
    {
        if (data.Length <= 1)
        {
            throw WebpErrors.Truncated("transparency");
        }

        int method = data[0] & 3;
        int filter = (data[0] >> 2) & 3;
        int preprocessing = (data[0] >> 4) & 3;
        int reserved = data[0] >> 6;
        if (method > MaxMethod || preprocessing > 1 || reserved > 1)
        {
            throw WebpErrors.Malformed("the header of its transparency is invalid");
        }

        data = data[1..];
        long pixels = (long)width * height;
        if (method == Lossless)
        {
            decoder.DecodeAlpha(data, width, height, alpha);
        }
        else if (data.Length < pixels)
        {
            throw WebpErrors.Truncated("transparency");
        }
        else
        {
            data[..(int)pixels].CopyTo(new Span<byte>(alpha, (int)pixels));
        }

        Unfilter(filter, width, height, alpha);
    }

    private static void Unfilter(int filter, int width, int height, byte* alpha)
    {
        const int Horizontal = 1, Vertical = 2, Gradient = 3;
        if (filter == 0)
        {
            return;
        }

        UnfilterHorizontally(alpha, width, 0);
        for (int y = 1; y < height; y++)
        {
            byte* above = alpha;
            alpha += width;
            switch (filter)
            {
                case Horizontal:
                    UnfilterHorizontally(alpha, width, above[0]);
                    break;
                case Vertical:
                    UnfilterVertically(alpha, above, width);
                    break;
                case Gradient:
                    UnfilterGradient(alpha, above, width);
                    break;
            }
        }
    }

    private static void UnfilterHorizontally(byte* row, int width, byte left)
    {
        for (int x = 0; x < width; x++)
        {
            row[x] = left = (byte)(row[x] + left);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void UnfilterVertically(byte* row, byte* above, int width)
    {
        int x = 0;
        for (; x <= width - 16; x += 16)
        {
            (Vector128.Load(row + x) + Vector128.Load(above + x)).Store(row + x);
        }

        for (; x < width; x++)
        {
            row[x] += above[x];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void UnfilterGradient(byte* row, byte* above, int width)
    {
        byte left = above[0];
        byte corner = above[0];
        for (int x = 0; x < width; x++)
        {
            int prediction = Math.Clamp(left + above[x] - corner, 0, 255);
            corner = above[x];
            row[x] = left = (byte)(row[x] + prediction);
        }
    }
}
