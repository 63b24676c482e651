using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ServerlessInference.Imaging.Formats.Jpeg;

/// <summary>The 8 by 8 inverse DCT of one block with 128-bit vectors.</summary>
/// <remarks>
/// <para>Gives the same bytes as <see cref="InverseDctScalar"/>, whose steps and names it follows. A vector holds one row, so the first
/// pass transforms all columns at once; after transposing, the second pass transforms all rows at once.</para>
/// <para><see cref="InverseDctPair"/> is the same algorithm for 256-bit vectors; change both together. One version for both widths would
/// have to wrap every operation: the runtime's interface of all vector types is internal to it, and interleaving, packing and the final
/// permutation differ, since they work on each half of a 256-bit vector separately. Tests compare both with the scalar version.</para>
/// </remarks>
internal static unsafe class InverseDct128
{
    /// <summary>Transforms one block.</summary>
    /// <param name="block">The coefficients. Rows are <see cref="ZigZag.RowStride"/> values apart.</param>
    /// <param name="multipliers">The multipliers, with the same layout.</param>
    /// <param name="target">Receives 8 rows of 8 samples.</param>
    /// <param name="stride">The number of bytes from one row of samples to the next.</param>
    /// <param name="firstRowOnly">Whether all coefficients outside the first row are zero.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Transform(short* block, short* multipliers, byte* target, nint stride, bool firstRowOnly)
    {
        Vector128<short> x0 = Row(block, multipliers, 0);
        Vector128<short> x1, x2, x3, x4, x5, x6, x7;
        if (firstRowOnly)
        {
            // Each column has only a DC coefficient, so its transform is constant.
            x0 = Vector128.ShiftLeft(x0, DctConstants.PassBits);
            x1 = x2 = x3 = x4 = x5 = x6 = x7 = x0;
        }
        else
        {
            x1 = Row(block, multipliers, 1);
            x2 = Row(block, multipliers, 2);
            x3 = Row(block, multipliers, 3);
            x4 = Row(block, multipliers, 4);
            x5 = Row(block, multipliers, 5);
            x6 = Row(block, multipliers, 6);
            x7 = Row(block, multipliers, 7);
            Pass(ref x0, ref x1, ref x2, ref x3, ref x4, ref x5, ref x6, ref x7, DctConstants.FirstShift);
        }

        Transpose(ref x0, ref x1, ref x2, ref x3, ref x4, ref x5, ref x6, ref x7);
        Pass(ref x0, ref x1, ref x2, ref x3, ref x4, ref x5, ref x6, ref x7, DctConstants.SecondShift);
        Store(x0, x1, x2, x3, x4, x5, x6, x7, target, stride);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<short> Row(short* block, short* multipliers, int row) =>
        Vector128.Load(block + (row * ZigZag.RowStride)) * Vector128.Load(multipliers + (row * ZigZag.RowStride));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Pass(
        ref Vector128<short> x0, ref Vector128<short> x1, ref Vector128<short> x2, ref Vector128<short> x3,
        ref Vector128<short> x4, ref Vector128<short> x5, ref Vector128<short> x6, ref Vector128<short> x7, [ConstantExpected] int shift)
    {
        // Two inputs are interleaved, so that one instruction multiplies both by their factors and adds the products. The results have 32
        // bits, so each value is in two vectors: L has columns 0 to 3, H has columns 4 to 7.
        Vector128<short> low = Lanes.InterleaveLow(x2, x6);
        Vector128<short> high = Lanes.InterleaveHigh(x2, x6);
        Vector128<int> even3L = Products(low, DctConstants.C2, DctConstants.C6);
        Vector128<int> even3H = Products(high, DctConstants.C2, DctConstants.C6);
        Vector128<int> even2L = Products(low, DctConstants.C6, DctConstants.MinusC2);
        Vector128<int> even2H = Products(high, DctConstants.C6, DctConstants.MinusC2);
        Vector128<int> round = Vector128.Create(1 << (shift - 1));
        Vector128<short> sum = x0 + x4;
        Vector128<short> difference = x0 - x4;
        Vector128<int> even0L = ScaledLow(sum) + round;
        Vector128<int> even0H = ScaledHigh(sum) + round;
        Vector128<int> even1L = ScaledLow(difference) + round;
        Vector128<int> even1H = ScaledHigh(difference) + round;

        Vector128<short> z3 = x7 + x3;
        Vector128<short> z4 = x5 + x1;
        low = Lanes.InterleaveLow(z3, z4);
        high = Lanes.InterleaveHigh(z3, z4);
        Vector128<int> sum3L = Products(low, DctConstants.MinusC5, DctConstants.C3);
        Vector128<int> sum3H = Products(high, DctConstants.MinusC5, DctConstants.C3);
        Vector128<int> sum4L = Products(low, DctConstants.C3, DctConstants.C5);
        Vector128<int> sum4H = Products(high, DctConstants.C3, DctConstants.C5);
        low = Lanes.InterleaveLow(x7, x1);
        high = Lanes.InterleaveHigh(x7, x1);
        Vector128<int> odd0L = Products(low, DctConstants.Odd0Own, DctConstants.OddOuter) + sum3L;
        Vector128<int> odd0H = Products(high, DctConstants.Odd0Own, DctConstants.OddOuter) + sum3H;
        Vector128<int> odd3L = Products(low, DctConstants.OddOuter, DctConstants.Odd3Own) + sum4L;
        Vector128<int> odd3H = Products(high, DctConstants.OddOuter, DctConstants.Odd3Own) + sum4H;
        low = Lanes.InterleaveLow(x5, x3);
        high = Lanes.InterleaveHigh(x5, x3);
        Vector128<int> odd1L = Products(low, DctConstants.Odd1Own, DctConstants.OddInner) + sum4L;
        Vector128<int> odd1H = Products(high, DctConstants.Odd1Own, DctConstants.OddInner) + sum4H;
        Vector128<int> odd2L = Products(low, DctConstants.OddInner, DctConstants.Odd2Own) + sum3L;
        Vector128<int> odd2H = Products(high, DctConstants.OddInner, DctConstants.Odd2Own) + sum3H;

        Vector128<int> baseL = even0L + even3L;
        Vector128<int> baseH = even0H + even3H;
        x0 = Descale(baseL + odd3L, baseH + odd3H, shift);
        x7 = Descale(baseL - odd3L, baseH - odd3H, shift);
        baseL = even1L + even2L;
        baseH = even1H + even2H;
        x1 = Descale(baseL + odd2L, baseH + odd2H, shift);
        x6 = Descale(baseL - odd2L, baseH - odd2H, shift);
        baseL = even1L - even2L;
        baseH = even1H - even2H;
        x2 = Descale(baseL + odd1L, baseH + odd1H, shift);
        x5 = Descale(baseL - odd1L, baseH - odd1H, shift);
        baseL = even0L - even3L;
        baseH = even0H - even3H;
        x3 = Descale(baseL + odd0L, baseH + odd0H, shift);
        x4 = Descale(baseL - odd0L, baseH - odd0H, shift);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> Products(Vector128<short> pairs, short first, short second) =>
        Lanes.MultiplyAddPairs(pairs, Vector128.Create(((int)second << 16) | (ushort)first).AsInt16());

    // Computes value << ConstBits with sign: interleaving with zeros places the value in the upper half of 32 bits, which is << 16.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> ScaledLow(Vector128<short> value) =>
        Vector128.ShiftRightArithmetic(Lanes.InterleaveLow(Vector128<short>.Zero, value).AsInt32(), 16 - DctConstants.ConstBits);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> ScaledHigh(Vector128<short> value) =>
        Vector128.ShiftRightArithmetic(Lanes.InterleaveHigh(Vector128<short>.Zero, value).AsInt32(), 16 - DctConstants.ConstBits);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<short> Descale(Vector128<int> low, Vector128<int> high, [ConstantExpected] int shift) =>
        Lanes.PackSaturate(Vector128.ShiftRightArithmetic(low, shift), Vector128.ShiftRightArithmetic(high, shift));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Transpose(
        ref Vector128<short> x0, ref Vector128<short> x1, ref Vector128<short> x2, ref Vector128<short> x3,
        ref Vector128<short> x4, ref Vector128<short> x5, ref Vector128<short> x6, ref Vector128<short> x7)
    {
        // Three rounds that interleave rows 4 apart transpose the block.
        Vector128<short> a0 = Lanes.InterleaveLow(x0, x4), a1 = Lanes.InterleaveHigh(x0, x4);
        Vector128<short> a2 = Lanes.InterleaveLow(x1, x5), a3 = Lanes.InterleaveHigh(x1, x5);
        Vector128<short> a4 = Lanes.InterleaveLow(x2, x6), a5 = Lanes.InterleaveHigh(x2, x6);
        Vector128<short> a6 = Lanes.InterleaveLow(x3, x7), a7 = Lanes.InterleaveHigh(x3, x7);
        Vector128<short> b0 = Lanes.InterleaveLow(a0, a4), b1 = Lanes.InterleaveHigh(a0, a4);
        Vector128<short> b2 = Lanes.InterleaveLow(a1, a5), b3 = Lanes.InterleaveHigh(a1, a5);
        Vector128<short> b4 = Lanes.InterleaveLow(a2, a6), b5 = Lanes.InterleaveHigh(a2, a6);
        Vector128<short> b6 = Lanes.InterleaveLow(a3, a7), b7 = Lanes.InterleaveHigh(a3, a7);
        x0 = Lanes.InterleaveLow(b0, b4);
        x1 = Lanes.InterleaveHigh(b0, b4);
        x2 = Lanes.InterleaveLow(b1, b5);
        x3 = Lanes.InterleaveHigh(b1, b5);
        x4 = Lanes.InterleaveLow(b2, b6);
        x5 = Lanes.InterleaveHigh(b2, b6);
        x6 = Lanes.InterleaveLow(b3, b7);
        x7 = Lanes.InterleaveHigh(b3, b7);
    }

    // The second pass leaves columns. They are packed to bytes before they are transposed back to rows, since bytes need half the
    // instructions.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(
        Vector128<short> x0, Vector128<short> x1, Vector128<short> x2, Vector128<short> x3,
        Vector128<short> x4, Vector128<short> x5, Vector128<short> x6, Vector128<short> x7, byte* target, nint stride)
    {
        Vector128<sbyte> a0 = Lanes.PackSaturate(x0, x4);
        Vector128<sbyte> a1 = Lanes.PackSaturate(x1, x5);
        Vector128<sbyte> a2 = Lanes.PackSaturate(x2, x6);
        Vector128<sbyte> a3 = Lanes.PackSaturate(x3, x7);
        Vector128<sbyte> b0 = Lanes.InterleaveLow(a0, a2), b1 = Lanes.InterleaveHigh(a0, a2);
        Vector128<sbyte> b2 = Lanes.InterleaveLow(a1, a3), b3 = Lanes.InterleaveHigh(a1, a3);
        Vector128<int> c0 = Lanes.InterleaveLow(b0, b2).AsInt32(), c1 = Lanes.InterleaveHigh(b0, b2).AsInt32();
        Vector128<int> c2 = Lanes.InterleaveLow(b1, b3).AsInt32(), c3 = Lanes.InterleaveHigh(b1, b3).AsInt32();
        StoreRows(Lanes.InterleaveLow(c0, c2), target, stride);
        StoreRows(Lanes.InterleaveHigh(c0, c2), target + (2 * stride), stride);
        StoreRows(Lanes.InterleaveLow(c1, c3), target + (4 * stride), stride);
        StoreRows(Lanes.InterleaveHigh(c1, c3), target + (6 * stride), stride);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreRows(Vector128<int> rows, byte* target, nint stride)
    {
        // Samples are signed up to here; flipping the highest bit adds 128.
        Vector128<ulong> bytes = (rows.AsByte() ^ Vector128.Create((byte)0x80)).AsUInt64();
        Unsafe.WriteUnaligned(target, bytes.ToScalar());
        Unsafe.WriteUnaligned(target + stride, bytes.GetElement(1));
    }
}
