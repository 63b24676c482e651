using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ServerlessInference.Imaging.Formats.Jpeg;

/// <summary>The 8 by 8 inverse DCT of two adjacent blocks at once, one in each half of 256-bit vectors. Requires AVX2.</summary>
/// <remarks>
/// Gives the same bytes as <see cref="InverseDctScalar"/>. It is the same algorithm as <see cref="InverseDct128"/>, which explains the
/// steps; change both together.
/// </remarks>
internal static unsafe class InverseDctPair
{
    /// <summary>Transforms two adjacent blocks.</summary>
    /// <param name="block">The coefficients. Rows are <see cref="ZigZag.RowStride"/> values apart.</param>
    /// <param name="multipliers">The multipliers, with the same layout.</param>
    /// <param name="target">Receives 8 rows of 16 samples.</param>
    /// <param name="stride">The number of bytes from one row of samples to the next.</param>
    /// <param name="leftFirstRowOnly">Whether all coefficients of the left block outside the first row are zero.</param>
    /// <param name="rightFirstRowOnly">The same for the right block.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Transform(
        short* block, short* multipliers, byte* target, nint stride, bool leftFirstRowOnly, bool rightFirstRowOnly)
    {
        Vector256<short> x0 = Row(block, multipliers, 0);
        Vector256<short> x1, x2, x3, x4, x5, x6, x7;
        Vector256<short> shifted = Vector256.ShiftLeft(x0, DctConstants.PassBits);
        if (leftFirstRowOnly && rightFirstRowOnly)
        {
            x0 = x1 = x2 = x3 = x4 = x5 = x6 = x7 = shifted;
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
            if (leftFirstRowOnly != rightFirstRowOnly)
            {
                // For the block that has only a first row, the pass gives the same result as the shift unless damaged data overflows: a
                // shift wraps and a pass saturates. The reference shifts such blocks, so the shifted values are selected for that half.
                Vector256<short> half = Vector256.Create(
                    leftFirstRowOnly ? Vector128<short>.AllBitsSet : Vector128<short>.Zero,
                    rightFirstRowOnly ? Vector128<short>.AllBitsSet : Vector128<short>.Zero);
                x0 = Avx2.BlendVariable(x0, shifted, half);
                x1 = Avx2.BlendVariable(x1, shifted, half);
                x2 = Avx2.BlendVariable(x2, shifted, half);
                x3 = Avx2.BlendVariable(x3, shifted, half);
                x4 = Avx2.BlendVariable(x4, shifted, half);
                x5 = Avx2.BlendVariable(x5, shifted, half);
                x6 = Avx2.BlendVariable(x6, shifted, half);
                x7 = Avx2.BlendVariable(x7, shifted, half);
            }
        }

        Transpose(ref x0, ref x1, ref x2, ref x3, ref x4, ref x5, ref x6, ref x7);
        Pass(ref x0, ref x1, ref x2, ref x3, ref x4, ref x5, ref x6, ref x7, DctConstants.SecondShift);
        Store(x0, x1, x2, x3, x4, x5, x6, x7, target, stride);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<short> Row(short* block, short* multipliers, int row) =>
        Vector256.Load(block + (row * ZigZag.RowStride)) * Vector256.Load(multipliers + (row * ZigZag.RowStride));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Pass(
        ref Vector256<short> x0, ref Vector256<short> x1, ref Vector256<short> x2, ref Vector256<short> x3,
        ref Vector256<short> x4, ref Vector256<short> x5, ref Vector256<short> x6, ref Vector256<short> x7, [ConstantExpected] int shift)
    {
        Vector256<short> low = Lanes.InterleaveLow(x2, x6);
        Vector256<short> high = Lanes.InterleaveHigh(x2, x6);
        Vector256<int> even3L = Products(low, DctConstants.C2, DctConstants.C6);
        Vector256<int> even3H = Products(high, DctConstants.C2, DctConstants.C6);
        Vector256<int> even2L = Products(low, DctConstants.C6, DctConstants.MinusC2);
        Vector256<int> even2H = Products(high, DctConstants.C6, DctConstants.MinusC2);
        Vector256<int> round = Vector256.Create(1 << (shift - 1));
        Vector256<short> sum = x0 + x4;
        Vector256<short> difference = x0 - x4;
        Vector256<int> even0L = ScaledLow(sum) + round;
        Vector256<int> even0H = ScaledHigh(sum) + round;
        Vector256<int> even1L = ScaledLow(difference) + round;
        Vector256<int> even1H = ScaledHigh(difference) + round;

        Vector256<short> z3 = x7 + x3;
        Vector256<short> z4 = x5 + x1;
        low = Lanes.InterleaveLow(z3, z4);
        high = Lanes.InterleaveHigh(z3, z4);
        Vector256<int> sum3L = Products(low, DctConstants.MinusC5, DctConstants.C3);
        Vector256<int> sum3H = Products(high, DctConstants.MinusC5, DctConstants.C3);
        Vector256<int> sum4L = Products(low, DctConstants.C3, DctConstants.C5);
        Vector256<int> sum4H = Products(high, DctConstants.C3, DctConstants.C5);
        low = Lanes.InterleaveLow(x7, x1);
        high = Lanes.InterleaveHigh(x7, x1);
        Vector256<int> odd0L = Products(low, DctConstants.Odd0Own, DctConstants.OddOuter) + sum3L;
        Vector256<int> odd0H = Products(high, DctConstants.Odd0Own, DctConstants.OddOuter) + sum3H;
        Vector256<int> odd3L = Products(low, DctConstants.OddOuter, DctConstants.Odd3Own) + sum4L;
        Vector256<int> odd3H = Products(high, DctConstants.OddOuter, DctConstants.Odd3Own) + sum4H;
        low = Lanes.InterleaveLow(x5, x3);
        high = Lanes.InterleaveHigh(x5, x3);
        Vector256<int> odd1L = Products(low, DctConstants.Odd1Own, DctConstants.OddInner) + sum4L;
        Vector256<int> odd1H = Products(high, DctConstants.Odd1Own, DctConstants.OddInner) + sum4H;
        Vector256<int> odd2L = Products(low, DctConstants.OddInner, DctConstants.Odd2Own) + sum3L;
        Vector256<int> odd2H = Products(high, DctConstants.OddInner, DctConstants.Odd2Own) + sum3H;

        Vector256<int> baseL = even0L + even3L;
        Vector256<int> baseH = even0H + even3H;
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
    private static Vector256<int> Products(Vector256<short> pairs, short first, short second) =>
        Lanes.MultiplyAddPairs(pairs, Vector256.Create(((int)second << 16) | (ushort)first).AsInt16());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> ScaledLow(Vector256<short> value) =>
        Vector256.ShiftRightArithmetic(Lanes.InterleaveLow(Vector256<short>.Zero, value).AsInt32(), 16 - DctConstants.ConstBits);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> ScaledHigh(Vector256<short> value) =>
        Vector256.ShiftRightArithmetic(Lanes.InterleaveHigh(Vector256<short>.Zero, value).AsInt32(), 16 - DctConstants.ConstBits);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<short> Descale(Vector256<int> low, Vector256<int> high, [ConstantExpected] int shift) =>
        Lanes.PackSaturate(Vector256.ShiftRightArithmetic(low, shift), Vector256.ShiftRightArithmetic(high, shift));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Transpose(
        ref Vector256<short> x0, ref Vector256<short> x1, ref Vector256<short> x2, ref Vector256<short> x3,
        ref Vector256<short> x4, ref Vector256<short> x5, ref Vector256<short> x6, ref Vector256<short> x7)
    {
        // Three rounds that interleave rows 4 apart transpose the blocks.
        Vector256<short> a0 = Lanes.InterleaveLow(x0, x4), a1 = Lanes.InterleaveHigh(x0, x4);
        Vector256<short> a2 = Lanes.InterleaveLow(x1, x5), a3 = Lanes.InterleaveHigh(x1, x5);
        Vector256<short> a4 = Lanes.InterleaveLow(x2, x6), a5 = Lanes.InterleaveHigh(x2, x6);
        Vector256<short> a6 = Lanes.InterleaveLow(x3, x7), a7 = Lanes.InterleaveHigh(x3, x7);
        Vector256<short> b0 = Lanes.InterleaveLow(a0, a4), b1 = Lanes.InterleaveHigh(a0, a4);
        Vector256<short> b2 = Lanes.InterleaveLow(a1, a5), b3 = Lanes.InterleaveHigh(a1, a5);
        Vector256<short> b4 = Lanes.InterleaveLow(a2, a6), b5 = Lanes.InterleaveHigh(a2, a6);
        Vector256<short> b6 = Lanes.InterleaveLow(a3, a7), b7 = Lanes.InterleaveHigh(a3, a7);
        x0 = Lanes.InterleaveLow(b0, b4);
        x1 = Lanes.InterleaveHigh(b0, b4);
        x2 = Lanes.InterleaveLow(b1, b5);
        x3 = Lanes.InterleaveHigh(b1, b5);
        x4 = Lanes.InterleaveLow(b2, b6);
        x5 = Lanes.InterleaveHigh(b2, b6);
        x6 = Lanes.InterleaveLow(b3, b7);
        x7 = Lanes.InterleaveHigh(b3, b7);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(
        Vector256<short> x0, Vector256<short> x1, Vector256<short> x2, Vector256<short> x3,
        Vector256<short> x4, Vector256<short> x5, Vector256<short> x6, Vector256<short> x7, byte* target, nint stride)
    {
        Vector256<sbyte> a0 = Lanes.PackSaturate(x0, x4);
        Vector256<sbyte> a1 = Lanes.PackSaturate(x1, x5);
        Vector256<sbyte> a2 = Lanes.PackSaturate(x2, x6);
        Vector256<sbyte> a3 = Lanes.PackSaturate(x3, x7);
        Vector256<sbyte> b0 = Lanes.InterleaveLow(a0, a2), b1 = Lanes.InterleaveHigh(a0, a2);
        Vector256<sbyte> b2 = Lanes.InterleaveLow(a1, a3), b3 = Lanes.InterleaveHigh(a1, a3);
        Vector256<int> c0 = Lanes.InterleaveLow(b0, b2).AsInt32(), c1 = Lanes.InterleaveHigh(b0, b2).AsInt32();
        Vector256<int> c2 = Lanes.InterleaveLow(b1, b3).AsInt32(), c3 = Lanes.InterleaveHigh(b1, b3).AsInt32();
        StoreRows(Lanes.InterleaveLow(c0, c2), target, stride);
        StoreRows(Lanes.InterleaveHigh(c0, c2), target + (2 * stride), stride);
        StoreRows(Lanes.InterleaveLow(c1, c3), target + (4 * stride), stride);
        StoreRows(Lanes.InterleaveHigh(c1, c3), target + (6 * stride), stride);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreRows(Vector256<int> rows, byte* target, nint stride)
    {
        // Each half has two rows of one block. The permutation places the same row of both blocks side by side.
        Vector256<byte> bytes = Avx2.Permute4x64(rows.AsInt64(), 0b11_01_10_00).AsByte() ^ Vector256.Create((byte)0x80);
        bytes.GetLower().Store(target);
        bytes.GetUpper().Store(target + stride);
    }
}
