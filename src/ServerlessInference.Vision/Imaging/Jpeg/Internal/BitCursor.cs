using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace ServerlessInference.Vision.Imaging.Jpeg.Internal;

/// <summary>Reads bits, the highest of each byte first, from bytes without stuffing.</summary>
internal unsafe struct BitCursor
{
    /// <summary>The next byte to take in.</summary>
    public byte* Next;

    /// <summary>The next bits, the first one highest. Below the valid ones lie bits that a refill writes again with the same values.</summary>
    public ulong Bits;

    /// <summary>How many of <see cref="Bits"/> are valid.</summary>
    public int Count;

    /// <summary>Takes in bytes until at least 56 bits are valid. Reads 8 bytes at <see cref="Next"/>, whatever they are.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Refill()
    {
        Bits |= Load(Next) >> Count;
        Next += (63 - Count) >> 3;
        Count |= 56;
    }

    /// <summary>Drops bits.</summary>
    /// <param name="count">How many, at most <see cref="Count"/>.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Skip(int count)
    {
        Bits <<= count;
        Count -= count;
    }

    /// <summary>Takes bits.</summary>
    /// <param name="count">How many, 1 to <see cref="Count"/>.</param>
    /// <returns>Their value.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Take(int count)
    {
        int value = (int)(Bits >> (64 - count));
        Skip(count);
        return value;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Load(byte* at)
    {
        ulong value = Unsafe.ReadUnaligned<ulong>(at);
        return BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness(value) : value;
    }

    /// <summary>Gives the signed value that the bits after a code stand for (ITU-T T.81, figure F.12).</summary>
    /// <param name="bits">The bits, the first one highest.</param>
    /// <param name="shift">64 minus their number, modulo 64; their number is 1 to 15.</param>
    /// <returns>The value.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Extend(ulong bits, int shift)
    {
        long negative = ~((long)bits >> 63);
        return (int)(((long)((bits ^ (ulong)negative) >> shift) ^ negative) - negative);
    }
}
