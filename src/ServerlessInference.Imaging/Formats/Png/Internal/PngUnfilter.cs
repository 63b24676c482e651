using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ServerlessInference.Imaging.Formats.Png;

/// <summary>Reverses the row filters of PNG in place. Source: ISO/IEC 15948, clause 9.</summary>
/// <remarks>
/// <para>The filters are 0 none, 1 sub (minus the pixel to the left), 2 up (minus the pixel above), 3 average (minus the mean of both) and
/// 4 Paeth (minus the closest of left, above and above left).</para>
/// <para>Up to <see cref="Slack"/> bytes past the end of a row are read, but never written; the caller's buffers must have that room. For
/// pixels of 3 bytes or more see <see cref="PngPixelUnfilter{TPixel}"/>.</para>
/// </remarks>
internal static unsafe class PngUnfilter
{
    /// <summary>The number of bytes that must be readable after each row.</summary>
    public const int Slack = 8;

    /// <summary>Reverses the filter of one row.</summary>
    /// <param name="filter">The filter byte of the row.</param>
    /// <param name="row">The row, without its filter byte.</param>
    /// <param name="above">The row above, already unfiltered; zeros for the first row.</param>
    /// <param name="length">The number of bytes in the row.</param>
    /// <param name="distance">The distance from a byte to the byte that it was predicted from: 1, 2, 3, 4, 6 or 8.</param>
    /// <returns><see langword="true"/> if the filter is one of the five that PNG defines.</returns>
    public static bool TryApply(int filter, byte* row, byte* above, int length, int distance)
    {
        // Only this filter has no dependency within the row, so it runs in long vectors for every pixel size.
        if (filter == 2)
        {
            Up(row, above, length);
            return true;
        }

        if (Vector128.IsHardwareAccelerated && BitConverter.IsLittleEndian)
        {
            switch (distance)
            {
                case 3:
                    return PngPixelUnfilter<PngPixelBytes.Three>.TryApply(filter, row, above, length);
                case 4:
                    return PngPixelUnfilter<PngPixelBytes.Four>.TryApply(filter, row, above, length);
                case 6:
                    return PngPixelUnfilter<PngPixelBytes.Six>.TryApply(filter, row, above, length);
                case 8:
                    return PngPixelUnfilter<PngPixelBytes.Eight>.TryApply(filter, row, above, length);
            }
        }

        switch (filter)
        {
            case 0:
                return true;
            case 1:
                Sub(row, length, distance);
                return true;
            case 3:
                Average(row, above, length, distance);
                return true;
            case 4:
                Paeth(row, above, length, distance);
                return true;
            default:
                return false;
        }
    }

    private static void Sub(byte* row, int length, int distance)
    {
        for (int i = distance; i < length; i++)
        {
            row[i] += row[i - distance];
        }
    }

    private static void Up(byte* row, byte* above, int length)
    {
        int i = 0;
        if (Avx2.IsSupported)
        {
            for (; i + Vector256<byte>.Count <= length; i += Vector256<byte>.Count)
            {
                Avx.Store(row + i, Avx2.Add(Avx.LoadVector256(row + i), Avx.LoadVector256(above + i)));
            }
        }
        else if (Vector128.IsHardwareAccelerated)
        {
            for (; i + Vector128<byte>.Count <= length; i += Vector128<byte>.Count)
            {
                (Vector128.Load(row + i) + Vector128.Load(above + i)).Store(row + i);
            }
        }

        for (; i < length; i++)
        {
            row[i] += above[i];
        }
    }

    private static void Average(byte* row, byte* above, int length, int distance)
    {
        for (int i = 0; i < length; i++)
        {
            int left = i < distance ? 0 : row[i - distance];
            row[i] += (byte)((left + above[i]) >> 1);
        }
    }

    private static void Paeth(byte* row, byte* above, int length, int distance)
    {
        for (int i = 0; i < length; i++)
        {
            int a = i < distance ? 0 : row[i - distance];
            int b = above[i];
            int c = i < distance ? 0 : above[i - distance];
            int pa = Math.Abs(b - c);
            int pb = Math.Abs(a - c);
            int pc = Math.Abs(a + b - c - c);
            row[i] += (byte)(pa <= pb && pa <= pc ? a : pb <= pc ? b : c);
        }
    }
}
