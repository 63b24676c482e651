using System.Numerics;
using System.Runtime.InteropServices;

namespace ServerlessInference.Vision.Detection.Internal.Heads;

/// <summary>Finds the highest class score of each box where scores lie in rows, one row a class: one pass over the rows, in blocks that stay in the first cache.</summary>
/// <remarks>
/// Where a column holds a NaN its maximum is undefined, and differs between processors; whoever takes a column because of its maximum
/// looks at its values again. Without a NaN the maximum is exact.
/// </remarks>
internal static class ColumnMaxima
{
    /// <summary>Columns of a block: 8 KiB of maxima.</summary>
    public const int BlockLength = 2048;

    /// <summary>Computes the maxima of a block.</summary>
    /// <param name="rows">The rows, one after the other.</param>
    /// <param name="stride">The length of a row.</param>
    /// <param name="count">The number of rows, above 0.</param>
    /// <param name="start">The block's first column.</param>
    /// <param name="maxima">Takes the maxima of as many columns.</param>
    public static void Compute(ReadOnlySpan<float> rows, int stride, int count, int start, Span<float> maxima)
    {
        int length = maxima.Length;
        rows.Slice(start, length).CopyTo(maxima);
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

    /// <summary>Finds the next value above a threshold.</summary>
    /// <param name="values">The values.</param>
    /// <param name="from">Where to begin.</param>
    /// <param name="threshold">The threshold.</param>
    /// <returns>Its index; -1 where there is none. Values that are not a number are passed over.</returns>
    public static int NextAbove(ReadOnlySpan<float> values, int from, float threshold)
    {
        ref float first = ref MemoryMarshal.GetReference(values);
        var limit = new Vector<float>(threshold);
        int i = from;
        while (i < values.Length)
        {
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
