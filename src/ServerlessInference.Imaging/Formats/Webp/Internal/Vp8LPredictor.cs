using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ServerlessInference.Imaging.Formats.Webp;

/// <summary>Inverts the prediction of a row. Source: RFC 9649, section 3.5.1.</summary>
internal static unsafe class Vp8LPredictor
{
    private const uint Black = 0xFF000000;

    /// <summary>Inverts a row.</summary>
    /// <param name="row">The differences, which are replaced by pixels.</param>
    /// <param name="above">
    /// The pixels of the row above, with one more before and after; receives those of this row for the next one.
    /// </param>
    /// <param name="width">The number of pixels.</param>
    /// <param name="isFirst">Whether this is the first row.</param>
    /// <param name="tiles">The modes of the tiles, in their green levels.</param>
    /// <param name="bits">The binary logarithm of the width of a tile.</param>
    public static void Invert(uint* row, uint* above, int width, bool isFirst, uint* tiles, int bits)
    {
        if (isFirst)
        {
            row[0] = Vp8LInverse.Add(row[0], Black);
            for (int x = 1; x < width; x++)
            {
                row[x] = Vp8LInverse.Add(row[x], row[x - 1]);
            }
        }
        else
        {
            row[0] = Vp8LInverse.Add(row[0], above[0]);

            // The pixel after the end of the row above is the first one of this row.
            above[width] = row[0];
            for (int x = 1; x < width;)
            {
                int end = Math.Min(width, ((x >> bits) + 1) << bits);
                Invert(row, above, x, end, (int)(tiles[x >> bits] >> 8) & 15);
                x = end;
            }
        }

        new ReadOnlySpan<uint>(row, width).CopyTo(new Span<uint>(above, width));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Invert(uint* row, uint* above, int x, int end, int mode)
    {
        switch (mode)
        {
            case 1:
                for (uint left = row[x - 1]; x < end; x++)
                {
                    row[x] = left = Vp8LInverse.Add(row[x], left);
                }

                break;
            case 2:
                AddRow(row, above, x, end);
                break;
            case 3:
                AddRow(row, above + 1, x, end);
                break;
            case 4:
                AddRow(row, above - 1, x, end);
                break;
            case 5:
                for (uint left = row[x - 1]; x < end; x++)
                {
                    row[x] = left = Vp8LInverse.Add(row[x], Average(Average(left, above[x + 1]), above[x]));
                }

                break;
            case 6:
                InvertAverageOfLeft(row, above - 1, x, end);
                break;
            case 7:
                InvertAverageOfLeft(row, above, x, end);
                break;
            case 8:
                AddAverages(row, above - 1, above, x, end);
                break;
            case 9:
                AddAverages(row, above, above + 1, x, end);
                break;
            case 10:
                for (uint left = row[x - 1]; x < end; x++)
                {
                    uint average = Average(Average(left, above[x - 1]), Average(above[x], above[x + 1]));
                    row[x] = left = Vp8LInverse.Add(row[x], average);
                }

                break;
            case 11:
                InvertSelection(row, above, x, end);
                break;
            case 12:
                InvertSum(row, above, x, end);
                break;
            case 13:
                InvertHalfSum(row, above, x, end);
                break;
            default:
                for (; x < end; x++)
                {
                    row[x] = Vp8LInverse.Add(row[x], Black);
                }

                break;
        }
    }

    // The average of each level, rounded down.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Average(uint left, uint right) => (((left ^ right) & 0xFEFEFEFE) >> 1) + (left & right);

    private static void AddRow(uint* row, uint* prediction, int x, int end)
    {
        for (; x <= end - 4; x += 4)
        {
            (Vector128.Load(row + x).AsByte() + Vector128.Load(prediction + x).AsByte()).AsUInt32().Store(row + x);
        }

        for (; x < end; x++)
        {
            row[x] = Vp8LInverse.Add(row[x], prediction[x]);
        }
    }

    private static void AddAverages(uint* row, uint* first, uint* second, int x, int end)
    {
        for (; x <= end - 4; x += 4)
        {
            Vector128<uint> a = Vector128.Load(first + x);
            Vector128<uint> b = Vector128.Load(second + x);
            Vector128<uint> average = (((a ^ b) & Vector128.Create(0xFEFEFEFE)) >> 1) + (a & b);
            (Vector128.Load(row + x).AsByte() + average.AsByte()).AsUInt32().Store(row + x);
        }

        for (; x < end; x++)
        {
            row[x] = Vp8LInverse.Add(row[x], Average(first[x], second[x]));
        }
    }

    private static void InvertAverageOfLeft(uint* row, uint* other, int x, int end)
    {
        for (uint left = row[x - 1]; x < end; x++)
        {
            row[x] = left = Vp8LInverse.Add(row[x], Average(left, other[x]));
        }
    }

    // The pixel to the left or above: whichever is nearer to left + above - above left.
    private static void InvertSelection(uint* row, uint* above, int x, int end)
    {
        for (uint left = row[x - 1]; x < end; x++)
        {
            uint top = above[x];
            uint corner = above[x - 1];
            int toLeft = Distance(top, corner);
            int toTop = Distance(left, corner);
            row[x] = left = Vp8LInverse.Add(row[x], toLeft < toTop ? left : top);
        }
    }

    // The sum of the differences of all levels.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Distance(uint left, uint right)
    {
        if (System.Runtime.Intrinsics.X86.Sse2.IsSupported)
        {
            Vector128<ushort> sums = System.Runtime.Intrinsics.X86.Sse2.SumAbsoluteDifferences(
                Vector128.CreateScalar(left).AsByte(), Vector128.CreateScalar(right).AsByte());
            return (int)sums.AsUInt32().ToScalar();
        }

        int sum = 0;
        for (int shift = 0; shift < 32; shift += 8)
        {
            sum += Math.Abs((int)((left >> shift) & 255) - (int)((right >> shift) & 255));
        }

        return sum;
    }

    // Left + above - above left, clamped.
    private static void InvertSum(uint* row, uint* above, int x, int end)
    {
        Vector128<short> left = Widen(row[x - 1]);
        for (; x < end; x++)
        {
            Vector128<short> sum = left + (Widen(above[x]) - Widen(above[x - 1]));
            uint prediction = WebpLanes.PackUnsigned(sum, sum).AsUInt32().ToScalar();
            row[x] = Vp8LInverse.Add(row[x], prediction);
            left = Widen(row[x]);
        }
    }

    // The average of left and above, plus half of its difference from above left, clamped.
    private static void InvertHalfSum(uint* row, uint* above, int x, int end)
    {
        for (uint left = row[x - 1]; x < end; x++)
        {
            Vector128<short> average = Widen(Average(left, above[x]));
            Vector128<short> difference = average - Widen(above[x - 1]);

            // Half of the difference, rounded towards zero.
            Vector128<short> sum = average + ((difference - (difference >> 15)) >> 1);
            row[x] = left = Vp8LInverse.Add(row[x], WebpLanes.PackUnsigned(sum, sum).AsUInt32().ToScalar());
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<short> Widen(uint pixel) => Vector128.WidenLower(Vector128.CreateScalar(pixel).AsByte()).AsInt16();
}
