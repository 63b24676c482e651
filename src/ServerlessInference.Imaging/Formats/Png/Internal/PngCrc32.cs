using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace ServerlessInference.Imaging.Formats.Png;

/// <summary>Computes the CRC-32 of PNG chunks, with the reflected polynomial 0xEDB88320. Source: ISO/IEC 15948, annex D.</summary>
/// <remarks>
/// <para>Eight bytes are processed per step: on arm64 by the CRC instruction, elsewhere by "slicing by 8". Table n holds the checksum of a
/// byte that is followed by n zero bytes. A checksum is linear, so the checksum of eight bytes is the exclusive or of eight table
/// entries.</para>
/// <para>On x86 with carry-less multiplication, long data is first folded: a block is multiplied by the remainder of a power of x, which
/// moves it to a later block, to which it is added. Source: Gopal et al., "Fast CRC Computation for Generic Polynomials Using PCLMULQDQ
/// Instruction", Intel, 2009.</para>
/// </remarks>
internal static class PngCrc32
{
    private const uint Polynomial = 0xEDB88320;
    private const int Slices = 8;
    private const int BlockLength = 16;
    private const int Blocks = 4;

    private static readonly uint[] Table = CreateTable();

    public static uint Compute(ReadOnlySpan<byte> data)
    {
        uint crc = uint.MaxValue;
        if (Pclmulqdq.IsSupported && data.Length >= Blocks * BlockLength)
        {
            // The last block has the same remainder as all of the data so far.
            Vector128<byte> last = Fold(crc, ref data);
            Span<byte> block = stackalloc byte[BlockLength];
            last.CopyTo(block);
            crc = Update(0, block);
        }

        return ~Update(crc, data);
    }

    private static uint Update(uint crc, ReadOnlySpan<byte> data)
    {
        if (Crc32.Arm64.IsSupported)
        {
            for (; data.Length >= 8; data = data[8..])
            {
                crc = Crc32.Arm64.ComputeCrc32(crc, BinaryPrimitives.ReadUInt64LittleEndian(data));
            }
        }
        else
        {
            uint[] table = Table;
            for (; data.Length >= 8; data = data[8..])
            {
                uint low = BinaryPrimitives.ReadUInt32LittleEndian(data) ^ crc;
                uint high = BinaryPrimitives.ReadUInt32LittleEndian(data[4..]);
                crc = table[(7 * 256) + (byte)low]
                    ^ table[(6 * 256) + (byte)(low >> 8)]
                    ^ table[(5 * 256) + (byte)(low >> 16)]
                    ^ table[(4 * 256) + (int)(low >> 24)]
                    ^ table[(3 * 256) + (byte)high]
                    ^ table[(2 * 256) + (byte)(high >> 8)]
                    ^ table[256 + (byte)(high >> 16)]
                    ^ table[(int)(high >> 24)];
            }
        }

        foreach (byte value in data)
        {
            crc = Table[(byte)(crc ^ value)] ^ (crc >> 8);
        }

        return crc;
    }

    // Folds all whole blocks, four at a time while there are as many.
    private static Vector128<byte> Fold(uint crc, ref ReadOnlySpan<byte> data)
    {
        // The remainders of x to the powers 4 * 128 + 32 and 4 * 128 - 32, and 128 + 32 and 128 - 32, in reflected order.
        Vector128<ulong> byFour = Vector128.Create(0x1_5444_2BD4, 0x1_C6E4_1596UL);
        Vector128<ulong> byOne = Vector128.Create(0x1_7519_97D0, 0x0_CCAA_009EUL);
        Vector128<byte> first = Vector128.Create(data) ^ Vector128.CreateScalar(crc).AsByte();
        Vector128<byte> second = Vector128.Create(data[BlockLength..]);
        Vector128<byte> third = Vector128.Create(data[(2 * BlockLength)..]);
        Vector128<byte> fourth = Vector128.Create(data[(3 * BlockLength)..]);
        data = data[(Blocks * BlockLength)..];
        for (; data.Length >= Blocks * BlockLength; data = data[(Blocks * BlockLength)..])
        {
            first = Move(first, byFour) ^ Vector128.Create(data);
            second = Move(second, byFour) ^ Vector128.Create(data[BlockLength..]);
            third = Move(third, byFour) ^ Vector128.Create(data[(2 * BlockLength)..]);
            fourth = Move(fourth, byFour) ^ Vector128.Create(data[(3 * BlockLength)..]);
        }

        second ^= Move(first, byOne);
        third ^= Move(second, byOne);
        fourth ^= Move(third, byOne);
        for (; data.Length >= BlockLength; data = data[BlockLength..])
        {
            fourth = Move(fourth, byOne) ^ Vector128.Create(data);
        }

        return fourth;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Move(Vector128<byte> block, Vector128<ulong> by) =>
        (Pclmulqdq.CarrylessMultiply(block.AsUInt64(), by, 0x00) ^ Pclmulqdq.CarrylessMultiply(block.AsUInt64(), by, 0x11)).AsByte();

    private static uint[] CreateTable()
    {
        uint[] table = new uint[Slices * 256];
        for (uint i = 0; i < 256; i++)
        {
            uint crc = i;
            for (int bit = 0; bit < 8; bit++)
            {
                crc = (crc & 1) != 0 ? (crc >> 1) ^ Polynomial : crc >> 1;
            }

            table[i] = crc;
        }

        for (int slice = 1; slice < Slices; slice++)
        {
            for (int i = 0; i < 256; i++)
            {
                uint before = table[((slice - 1) * 256) + i];
                table[(slice * 256) + i] = table[(byte)before] ^ (before >> 8);
            }
        }

        return table;
    }
}
