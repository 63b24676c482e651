using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace ServerlessInference.Imaging;

/// <summary>Rearranges the bytes of a vector by index. An index of 0x80 or more yields zero.</summary>
/// <remarks>
/// <see cref="Vector128.Shuffle(Vector128{byte}, Vector128{byte})"/> compiles to a single instruction only where the compiler knows the
/// indices. On x86 it otherwise also checks the range of each index, because that instruction yields zero from 0x80 on instead of from 16
/// on.
/// </remarks>
internal static class ByteShuffle
{
    /// <summary>The index that yields zero.</summary>
    public const byte None = 0x80;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Shuffle(Vector128<byte> bytes, Vector128<byte> indices) =>
        Ssse3.IsSupported ? Ssse3.Shuffle(bytes, indices)
        : AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.VectorTableLookup(bytes, indices)
        : Vector128.Shuffle(bytes, indices);
}
