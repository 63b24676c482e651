using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace ServerlessInference.Imaging.Formats;

/// <summary>Vector operations that the portable vector types do not have, implemented with x86-64 and arm64 instructions.</summary>
/// <remarks>The operations on 256-bit vectors require AVX2 and work on each half separately.</remarks>
internal static class Lanes
{
    /// <summary>Gets a value indicating whether the processor supports the 128-bit operations.</summary>
    public static bool IsSupported128
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Sse2.IsSupported || AdvSimd.Arm64.IsSupported;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<short> InterleaveLow(Vector256<short> left, Vector256<short> right) => Avx2.UnpackLow(left, right);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<short> InterleaveHigh(Vector256<short> left, Vector256<short> right) => Avx2.UnpackHigh(left, right);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<sbyte> InterleaveLow(Vector256<sbyte> left, Vector256<sbyte> right) => Avx2.UnpackLow(left, right);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<sbyte> InterleaveHigh(Vector256<sbyte> left, Vector256<sbyte> right) => Avx2.UnpackHigh(left, right);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> InterleaveLow(Vector256<int> left, Vector256<int> right) => Avx2.UnpackLow(left, right);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> InterleaveHigh(Vector256<int> left, Vector256<int> right) => Avx2.UnpackHigh(left, right);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> MultiplyAddPairs(Vector256<short> left, Vector256<short> right) => Avx2.MultiplyAddAdjacent(left, right);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<short> PackSaturate(Vector256<int> low, Vector256<int> high) => Avx2.PackSignedSaturate(low, high);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<sbyte> PackSaturate(Vector256<short> low, Vector256<short> high) => Avx2.PackSignedSaturate(low, high);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<short> InterleaveLow(Vector128<short> left, Vector128<short> right) =>
        Sse2.IsSupported ? Sse2.UnpackLow(left, right) : AdvSimd.Arm64.ZipLow(left, right);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<short> InterleaveHigh(Vector128<short> left, Vector128<short> right) =>
        Sse2.IsSupported ? Sse2.UnpackHigh(left, right) : AdvSimd.Arm64.ZipHigh(left, right);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<sbyte> InterleaveLow(Vector128<sbyte> left, Vector128<sbyte> right) =>
        Sse2.IsSupported ? Sse2.UnpackLow(left, right) : AdvSimd.Arm64.ZipLow(left, right);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<sbyte> InterleaveHigh(Vector128<sbyte> left, Vector128<sbyte> right) =>
        Sse2.IsSupported ? Sse2.UnpackHigh(left, right) : AdvSimd.Arm64.ZipHigh(left, right);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> InterleaveLow(Vector128<int> left, Vector128<int> right) =>
        Sse2.IsSupported ? Sse2.UnpackLow(left, right) : AdvSimd.Arm64.ZipLow(left, right);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> InterleaveHigh(Vector128<int> left, Vector128<int> right) =>
        Sse2.IsSupported ? Sse2.UnpackHigh(left, right) : AdvSimd.Arm64.ZipHigh(left, right);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> MultiplyAddPairs(Vector128<short> left, Vector128<short> right)
    {
        if (Sse2.IsSupported)
        {
            return Sse2.MultiplyAddAdjacent(left, right);
        }

        Vector128<int> low = AdvSimd.MultiplyWideningLower(left.GetLower(), right.GetLower());
        Vector128<int> high = AdvSimd.MultiplyWideningUpper(left, right);
        return AdvSimd.Arm64.AddPairwise(low, high);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<short> PackSaturate(Vector128<int> low, Vector128<int> high) =>
        Sse2.IsSupported
            ? Sse2.PackSignedSaturate(low, high)
            : AdvSimd.ExtractNarrowingSaturateUpper(AdvSimd.ExtractNarrowingSaturateLower(low), high);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<sbyte> PackSaturate(Vector128<short> low, Vector128<short> high) =>
        Sse2.IsSupported
            ? Sse2.PackSignedSaturate(low, high)
            : AdvSimd.ExtractNarrowingSaturateUpper(AdvSimd.ExtractNarrowingSaturateLower(low), high);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> PackUnsignedSaturate(Vector128<short> low, Vector128<short> high) =>
        Sse2.IsSupported
            ? Sse2.PackUnsignedSaturate(low, high)
            : AdvSimd.ExtractNarrowingSaturateUnsignedUpper(AdvSimd.ExtractNarrowingSaturateUnsignedLower(low), high);

    /// <summary>Rearranges bytes. On x86 the instruction is named, for the reason that ByteShuffle explains.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Shuffle(Vector128<byte> bytes, Vector128<byte> indices) =>
        Ssse3.IsSupported ? Ssse3.Shuffle(bytes, indices) : Vector128.Shuffle(bytes, indices);
}
