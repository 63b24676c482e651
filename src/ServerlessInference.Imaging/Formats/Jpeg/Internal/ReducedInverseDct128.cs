using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ServerlessInference.Imaging.Formats.Jpeg;

/// <summary>The inverse DCTs to 4 by 4 and 2 by 2 samples with 128-bit vectors.</summary>
/// <remarks>
/// Gives the same bytes as <see cref="ReducedInverseDct"/>, whose steps it follows. Two inputs are interleaved, so that one instruction
/// multiplies both by their factors and adds the products; a single input is interleaved with zeros, which is a shift by 16 bits.
/// </remarks>
internal static unsafe class ReducedInverseDct128
{
    /// <summary>Transforms a block to 4 by 4 samples.</summary>
    /// <param name="block">The coefficients. Rows are <see cref="ZigZag.RowStride"/> values apart.</param>
    /// <param name="multipliers">The multipliers, with the same layout.</param>
    /// <param name="target">Receives the samples.</param>
    /// <param name="stride">The number of bytes from one row of samples to the next.</param>
    /// <param name="firstRowOnly">Whether all coefficients outside rows 0 and 4 are zero. Row 4 does not affect the result.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Transform4(short* block, short* multipliers, byte* target, nint stride, bool firstRowOnly)
    {
        Vector128<short> x0 = Row(block, multipliers, 0);
        Vector128<short> y0, y1, y2, y3;
        if (firstRowOnly)
        {
            y0 = y1 = y2 = y3 = x0 << DctConstants.PassBits;
        }
        else
        {
            Vector128<short> x1 = Row(block, multipliers, 1), x2 = Row(block, multipliers, 2), x3 = Row(block, multipliers, 3);
            Vector128<short> x5 = Row(block, multipliers, 5), x6 = Row(block, multipliers, 6), x7 = Row(block, multipliers, 7);
            Pass4(
                Lanes.InterleaveLow(Vector128<short>.Zero, x0),
                Lanes.InterleaveLow(x2, x6),
                Lanes.InterleaveLow(x1, x3),
                Lanes.InterleaveLow(x5, x7),
                DctConstants.FirstShift + 1,
                out Vector128<int> a0, out Vector128<int> a1, out Vector128<int> a2, out Vector128<int> a3);
            Pass4(
                Lanes.InterleaveHigh(Vector128<short>.Zero, x0),
                Lanes.InterleaveHigh(x2, x6),
                Lanes.InterleaveHigh(x1, x3),
                Lanes.InterleaveHigh(x5, x7),
                DctConstants.FirstShift + 1,
                out Vector128<int> b0, out Vector128<int> b1, out Vector128<int> b2, out Vector128<int> b3);
            y0 = Lanes.PackSaturate(a0, b0);
            y1 = Lanes.PackSaturate(a1, b1);
            y2 = Lanes.PackSaturate(a2, b2);
            y3 = Lanes.PackSaturate(a3, b3);
        }

        // Transposes four rows of eight values to eight columns of four, with two columns per vector.
        Vector128<int> upper = Lanes.InterleaveLow(y0, y1).AsInt32(), lower = Lanes.InterleaveLow(y2, y3).AsInt32();
        Vector128<short> c01 = Lanes.InterleaveLow(upper, lower).AsInt16(), c23 = Lanes.InterleaveHigh(upper, lower).AsInt16();
        upper = Lanes.InterleaveHigh(y0, y1).AsInt32();
        lower = Lanes.InterleaveHigh(y2, y3).AsInt32();
        Vector128<short> c45 = Lanes.InterleaveLow(upper, lower).AsInt16(), c67 = Lanes.InterleaveHigh(upper, lower).AsInt16();
        Pass4(
            Lanes.InterleaveLow(Vector128<short>.Zero, c01),
            Lanes.InterleaveLow(c23, c67),
            Lanes.InterleaveHigh(c01, c23),
            Lanes.InterleaveHigh(c45, c67),
            DctConstants.SecondShift + 1,
            out Vector128<int> d0, out Vector128<int> d1, out Vector128<int> d2, out Vector128<int> d3);

        Vector128<short> even = Lanes.PackSaturate(d0, d2);
        Vector128<short> odd = Lanes.PackSaturate(d1, d3);
        Vector128<int> left = Lanes.InterleaveLow(even, odd).AsInt32(), right = Lanes.InterleaveHigh(even, odd).AsInt32();
        Vector128<sbyte> packed =
            Lanes.PackSaturate(Lanes.InterleaveLow(left, right).AsInt16(), Lanes.InterleaveHigh(left, right).AsInt16());

        // Samples are signed up to here; flipping the highest bit adds 128.
        Vector128<int> rows = (packed.AsByte() ^ Vector128.Create((byte)0x80)).AsInt32();
        Unsafe.WriteUnaligned(target, rows.ToScalar());
        Unsafe.WriteUnaligned(target + stride, rows.GetElement(1));
        Unsafe.WriteUnaligned(target + (2 * stride), rows.GetElement(2));
        Unsafe.WriteUnaligned(target + (3 * stride), rows.GetElement(3));
    }

    /// <summary>Transforms a block to 2 by 2 samples.</summary>
    /// <param name="block">The coefficients. Rows are <see cref="ZigZag.RowStride"/> values apart.</param>
    /// <param name="multipliers">The multipliers, with the same layout.</param>
    /// <param name="target">Receives the samples.</param>
    /// <param name="stride">The number of bytes from one row of samples to the next.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Transform2(short* block, short* multipliers, byte* target, nint stride)
    {
        Vector128<short> x0 = Row(block, multipliers, 0);
        Vector128<short> x1 = Row(block, multipliers, 1), x3 = Row(block, multipliers, 3);
        Vector128<short> x5 = Row(block, multipliers, 5), x7 = Row(block, multipliers, 7);
        Pass2(
            Lanes.InterleaveLow(Vector128<short>.Zero, x0), Lanes.InterleaveLow(x1, x3), Lanes.InterleaveLow(x5, x7),
            out Vector128<int> topL, out Vector128<int> bottomL);
        Pass2(
            Lanes.InterleaveHigh(Vector128<short>.Zero, x0), Lanes.InterleaveHigh(x1, x3), Lanes.InterleaveHigh(x5, x7),
            out Vector128<int> topH, out Vector128<int> bottomH);
        WriteRow2(topL, topH, target);
        WriteRow2(bottomL, bottomH, target + stride);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<short> Row(short* block, short* multipliers, int row) =>
        Vector128.Load(block + (row * ZigZag.RowStride)) * Vector128.Load(multipliers + (row * ZigZag.RowStride));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Pass4(
        Vector128<short> zero0, Vector128<short> pair26, Vector128<short> pair13, Vector128<short> pair57, [ConstantExpected] int shift,
        out Vector128<int> y0, out Vector128<int> y1, out Vector128<int> y2, out Vector128<int> y3)
    {
        Vector128<int> even0 = (zero0.AsInt32() >> (16 - DctConstants.ConstBits - 1)) + Vector128.Create(1 << (shift - 1));
        Vector128<int> even2 = Products(pair26, 15137, -6270);
        Vector128<int> odd2 = Products(pair13, 20995, 7373) + Products(pair57, -4926, -4176);
        Vector128<int> odd0 = Products(pair13, 8697, -17799) + Products(pair57, 11893, -1730);
        Vector128<int> outer = even0 + even2;
        Vector128<int> inner = even0 - even2;
        y0 = (outer + odd2) >> shift;
        y3 = (outer - odd2) >> shift;
        y1 = (inner + odd0) >> shift;
        y2 = (inner - odd0) >> shift;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Pass2(
        Vector128<short> zero0, Vector128<short> pair13, Vector128<short> pair57, out Vector128<int> top, out Vector128<int> bottom)
    {
        Vector128<int> even = (zero0.AsInt32() >> (16 - DctConstants.ConstBits - 2)) + Vector128.Create(1 << (DctConstants.FirstShift + 1));
        Vector128<int> odd = Products(pair13, 29692, -10426) + Products(pair57, 6967, -5906);
        top = (even + odd) >> (DctConstants.FirstShift + 2);
        bottom = (even - odd) >> (DctConstants.FirstShift + 2);
    }

    // Column 0 keeps 32 bits; the other columns saturate to 16. The factors of columns 0, 2, 4 and 6 are zero.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void WriteRow2(Vector128<int> low, Vector128<int> high, byte* target)
    {
        Vector128<short> factors = Vector128.Create(0, 29692, 0, -10426, 0, 6967, 0, -5906);
        int odd = Vector128.Sum(Lanes.MultiplyAddPairs(Lanes.PackSaturate(low, high), factors));
        int even = (low.ToScalar() << (DctConstants.ConstBits + 2)) + (1 << (DctConstants.SecondShift + 1));
        target[0] = (byte)(Math.Clamp((even + odd) >> (DctConstants.SecondShift + 2), -128, 127) + 128);
        target[1] = (byte)(Math.Clamp((even - odd) >> (DctConstants.SecondShift + 2), -128, 127) + 128);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> Products(Vector128<short> pairs, short first, short second) =>
        Lanes.MultiplyAddPairs(pairs, Vector128.Create(((int)second << 16) | (ushort)first).AsInt16());
}
