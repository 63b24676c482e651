using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace ServerlessInference.Vision.Imaging.Internal;

/// <summary>Picks bytes of a vector by index; an index of 0x80 or more gives zero.</summary>
/// <remarks>
/// The runtime's own <c>Shuffle</c> becomes one instruction only where the compiler knows the indices; on x86 it otherwise checks the range
/// of each index as well, because the instruction gives zero from 0x80 on and not from 16 on.
/// </remarks>
internal static class ByteShuffle
{
    /// <summary>The index that gives zero.</summary>
    public const byte None = 0x80;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Pick(Vector128<byte> bytes, Vector128<byte> indices) =>
        Ssse3.IsSupported ? Ssse3.Shuffle(bytes, indices)
        : AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.VectorTableLookup(bytes, indices)
        : Vector128.Shuffle(bytes, indices);
}
