using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace ServerlessInference.Imaging.Formats.Jpeg;

/// <summary>Reads bits from bytes without stuffing, the highest bit of each byte first.</summary>
internal unsafe struct BitCursor
{
    /// <summary>The next byte to read.</summary>
    public byte* Next;

    /// <summary>
    /// The next bits, the first one in the highest position. The bits below the valid ones may already be set; the next refill sets them
    /// again to the same values.
    /// </summary>
    public ulong Bits;

    /// <summary>The number of valid bits in <see cref="Bits"/>.</summary>
    public int Count;

    /// <summary>Reads bytes until at least 56 bits are valid. Always loads 8 bytes from <see cref="Next"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Refill()
    {
        // No branch: 8 bytes are loaded below the valid bits, and Next advances by the bytes of which all bits fit. The bits of the byte
        // that fits only in part stay in Bits without being counted; as Next still points at that byte, the next refill sets them again.
        Bits |= Load(Next) >> Count;
        Next += (63 - Count) >> 3;
        Count |= 56;
    }

    /// <summary>Skips bits.</summary>
    /// <param name="count">The number of bits, at most <see cref="Count"/>.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Skip(int count)
    {
        Bits <<= count;
        Count -= count;
    }

    /// <summary>Reads bits.</summary>
    /// <param name="count">The number of bits, 1 to <see cref="Count"/>.</param>
    /// <returns>The value of the bits.</returns>
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

    /// <summary>Computes the signed value of the bits that follow a code (ITU-T T.81, figure F.12).</summary>
    /// <param name="bits">The bits, the first one in the highest position.</param>
    /// <param name="shift">64 minus the number of bits (1 to 15), modulo 64.</param>
    /// <returns>The signed value.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Extend(ulong bits, int shift)
    {
        // If the first bit is 1, the bits are the value. If it is 0, the value is negative and the inverted bits are its magnitude.
        // The mask "negative" (all ones or zero) replaces a branch that would be mispredicted half of the time.
        long negative = ~((long)bits >> 63);
        return (int)(((long)((bits ^ (ulong)negative) >> shift) ^ negative) - negative);
    }
}
