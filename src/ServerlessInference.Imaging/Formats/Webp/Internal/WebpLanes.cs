using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace ServerlessInference.Imaging.Formats.Webp;

/// <summary>Vector operations for x86-64 and arm64, with plain code that gives the same results on other processors.</summary>
internal static class WebpLanes
{
    /// <summary>Narrows to bytes; values outside 0 to 255 are clamped.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> PackUnsigned(Vector128<short> low, Vector128<short> high)
    {
        if (Lanes.IsSupported128)
        {
            return Lanes.PackUnsignedSaturate(low, high);
        }

        Vector128<short> max = Vector128.Create((short)255);
        return Vector128.Narrow(
            Vector128.Clamp(low, Vector128<short>.Zero, max).AsUInt16(), Vector128.Clamp(high, Vector128<short>.Zero, max).AsUInt16());
    }

    /// <summary>Multiplies and keeps the upper halves of the products.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<short> MultiplyHigh(Vector128<short> left, short right)
    {
        if (Sse2.IsSupported)
        {
            return Sse2.MultiplyHigh(left, Vector128.Create(right));
        }

        Vector128<int> factor = Vector128.Create((int)right);
        Vector128<int> low = (Vector128.WidenLower(left) * factor) >> 16;
        Vector128<int> high = (Vector128.WidenUpper(left) * factor) >> 16;
        return Vector128.Narrow(low, high);
    }

    /// <summary>Multiplies and keeps the upper halves of the products.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<ushort> MultiplyHigh(Vector128<ushort> left, ushort right)
    {
        if (Sse2.IsSupported)
        {
            return Sse2.MultiplyHigh(left, Vector128.Create(right));
        }

        Vector128<uint> factor = Vector128.Create((uint)right);
        Vector128<uint> low = (Vector128.WidenLower(left) * factor) >> 16;
        Vector128<uint> high = (Vector128.WidenUpper(left) * factor) >> 16;
        return Vector128.Narrow(low, high);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> InterleaveLow(Vector128<byte> left, Vector128<byte> right) =>
        Sse2.IsSupported ? Sse2.UnpackLow(left, right)
        : AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.ZipLow(left, right)
        : (Vector128.WidenLower(left) | (Vector128.WidenLower(right) << 8)).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> InterleaveHigh(Vector128<byte> left, Vector128<byte> right) =>
        Sse2.IsSupported ? Sse2.UnpackHigh(left, right)
        : AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.ZipHigh(left, right)
        : (Vector128.WidenUpper(left) | (Vector128.WidenUpper(right) << 8)).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<ushort> InterleaveLow(Vector128<ushort> left, Vector128<ushort> right) =>
        Sse2.IsSupported ? Sse2.UnpackLow(left, right)
        : AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.ZipLow(left, right)
        : (Vector128.WidenLower(left) | (Vector128.WidenLower(right) << 16)).AsUInt16();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<ushort> InterleaveHigh(Vector128<ushort> left, Vector128<ushort> right) =>
        Sse2.IsSupported ? Sse2.UnpackHigh(left, right)
        : AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.ZipHigh(left, right)
        : (Vector128.WidenUpper(left) | (Vector128.WidenUpper(right) << 16)).AsUInt16();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<uint> InterleaveLow(Vector128<uint> left, Vector128<uint> right) =>
        Sse2.IsSupported ? Sse2.UnpackLow(left, right)
        : AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.ZipLow(left, right)
        : (Vector128.WidenLower(left) | (Vector128.WidenLower(right) << 32)).AsUInt32();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<uint> InterleaveHigh(Vector128<uint> left, Vector128<uint> right) =>
        Sse2.IsSupported ? Sse2.UnpackHigh(left, right)
        : AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.ZipHigh(left, right)
        : (Vector128.WidenUpper(left) | (Vector128.WidenUpper(right) << 32)).AsUInt32();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<ulong> InterleaveLow(Vector128<ulong> left, Vector128<ulong> right) =>
        Vector128.Create(left.GetLower(), right.GetLower());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<ulong> InterleaveHigh(Vector128<ulong> left, Vector128<ulong> right) =>
        Vector128.Create(left.GetUpper(), right.GetUpper());
}
