using System.Numerics;
using System.Runtime.InteropServices;

namespace ServerlessInference.Vision.Detection.Heads;

/// <summary>Finds the highest class score of each box, if the scores are stored in one row per class and one column per box.</summary>
/// <remarks>
/// <para>Reading the scores box by box would jump through memory, since the scores of a box are a whole row apart. Instead the rows are
/// read one after the other, and a running maximum per box is kept. Boxes are processed in blocks, so that the maxima stay in the
/// first-level cache. Few boxes are above the threshold; only for these the class is determined afterwards.</para>
/// <para>If a column contains a NaN, its maximum is undefined and differs between processors, so a caller must check the values of a column
/// that it selects. Otherwise the maximum is exact.</para>
/// </remarks>
internal static class ColumnMaxima
{
    /// <summary>The number of columns per block, which gives 8 KiB of maxima.</summary>
    public const int BlockLength = 2048;

    /// <summary>Computes the maxima of a block of columns.</summary>
    /// <param name="rows">The rows, one after the other.</param>
    /// <param name="stride">The length of a row.</param>
    /// <param name="count">The number of rows, above 0.</param>
    /// <param name="start">The first column of the block.</param>
    /// <param name="maxima">Receives the maxima. Its length is the number of columns.</param>
    public static void Compute(ReadOnlySpan<float> rows, int stride, int count, int start, Span<float> maxima)
    {
        int length = maxima.Length;
        rows.Slice(start, length).CopyTo(maxima);

        // Four rows at a time, so that each maximum is loaded and stored only once per four rows.
        int row = 1;
        for (; row + 4 <= count; row += 4)
        {
            int at = (row * stride) + start;
            Merge(
                rows.Slice(at, length),
                rows.Slice(at + stride, length),
                rows.Slice(at + (2 * stride), length),
                rows.Slice(at + (3 * stride), length),
                maxima);
        }

        for (; row < count; row++)
        {
            Merge(rows.Slice((row * stride) + start, length), maxima);
        }
    }

    /// <summary>Finds the next value above a threshold. NaN is never above it.</summary>
    /// <param name="values">The values.</param>
    /// <param name="from">The index at which to start.</param>
    /// <param name="threshold">The threshold.</param>
    /// <returns>The index of the value, or -1 if there is none.</returns>
    public static int FindNextAbove(ReadOnlySpan<float> values, int from, float threshold)
    {
        ref float first = ref MemoryMarshal.GetReference(values);
        var limit = new Vector<float>(threshold);
        int i = from;
        while (i < values.Length)
        {
            // Nearly all vectors have no value above the threshold and are skipped as a whole.
            if (i + Vector<float>.Count <= values.Length && !Vector.GreaterThanAny(Vector.LoadUnsafe(ref first, (nuint)i), limit))
            {
                i += Vector<float>.Count;
                continue;
            }

            int end = Math.Min(i + Vector<float>.Count, values.Length);
            for (; i < end; i++)
            {
                if (values[i] > threshold)
                {
                    return i;
                }
            }
        }

        return -1;
    }

    private static void Merge(
        ReadOnlySpan<float> a, ReadOnlySpan<float> b, ReadOnlySpan<float> c, ReadOnlySpan<float> d, Span<float> maxima)
    {
        ref float first = ref MemoryMarshal.GetReference(a);
        ref float second = ref MemoryMarshal.GetReference(b);
        ref float third = ref MemoryMarshal.GetReference(c);
        ref float fourth = ref MemoryMarshal.GetReference(d);
        ref float best = ref MemoryMarshal.GetReference(maxima);
        int i = 0;
        for (; i <= maxima.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            var left = Vector.MaxNative(Vector.LoadUnsafe(ref first, (nuint)i), Vector.LoadUnsafe(ref second, (nuint)i));
            var right = Vector.MaxNative(Vector.LoadUnsafe(ref third, (nuint)i), Vector.LoadUnsafe(ref fourth, (nuint)i));
            Vector.MaxNative(Vector.LoadUnsafe(ref best, (nuint)i), Vector.MaxNative(left, right)).StoreUnsafe(ref best, (nuint)i);
        }

        for (; i < maxima.Length; i++)
        {
            maxima[i] = MathF.Max(maxima[i], MathF.Max(MathF.Max(a[i], b[i]), MathF.Max(c[i], d[i])));
        }
    }

    private static void Merge(ReadOnlySpan<float> row, Span<float> maxima)
    {
        ref float first = ref MemoryMarshal.GetReference(row);
        ref float best = ref MemoryMarshal.GetReference(maxima);
        int i = 0;
        for (; i <= maxima.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            Vector.MaxNative(Vector.LoadUnsafe(ref best, (nuint)i), Vector.LoadUnsafe(ref first, (nuint)i)).StoreUnsafe(ref best, (nuint)i);
        }

        for (; i < maxima.Length; i++)
        {
            maxima[i] = MathF.Max(maxima[i], row[i]);
        }
    }
}
