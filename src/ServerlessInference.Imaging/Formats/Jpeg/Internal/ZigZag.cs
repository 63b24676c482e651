using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ServerlessInference.Imaging.Formats.Jpeg;

/// <summary>The positions in memory of the coefficients in zigzag order (ITU-T T.81, figure A.6).</summary>
/// <remarks>
/// <para>Two horizontally adjacent blocks are stored together, row by row: 8 values of the left block, then 8 of the right block, so that
/// one 256-bit load reads a row of both.</para>
/// <para>The table has 16 more entries than coefficients, all with the last position, because damaged data may run past the end of a
/// block.</para>
/// </remarks>
internal static unsafe class ZigZag
{
    /// <summary>The number of values from one row of a block to the next.</summary>
    public const int RowStride = 16;

    /// <summary>The number of values in a pair of blocks.</summary>
    public const int PairLength = 128;

    private static ReadOnlySpan<byte> NaturalOrder =>
    [
        0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7, 14, 21, 28,
        35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63,
    ];

    private static ReadOnlySpan<byte> PairPositions =>
    [
        0, 1, 16, 32, 17, 2, 3, 18, 33, 48, 64, 49, 34, 19, 4, 5, 20, 35, 50, 65, 80, 96, 81, 66, 51, 36, 21, 6, 7, 22, 37, 52,
        67, 82, 97, 112, 113, 98, 83, 68, 53, 38, 23, 39, 54, 69, 84, 99, 114, 115, 100, 85, 70, 55, 71, 86, 101, 116, 117, 102, 87, 103,
        118, 119,
        119, 119, 119, 119, 119, 119, 119, 119, 119, 119, 119, 119, 119, 119, 119, 119,
    ];

    /// <summary>
    /// Gets the positions in a pair, by zigzag index: <c>16 × row + column</c>. The pointer is to static data that never moves.
    /// </summary>
    public static byte* Positions => (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(PairPositions));

    /// <summary>Gets the position in an 8 by 8 table.</summary>
    /// <param name="index">The zigzag index, 0 to 63.</param>
    /// <returns><c>8 × row + column</c>.</returns>
    public static int Natural(int index) => NaturalOrder[index];
}
