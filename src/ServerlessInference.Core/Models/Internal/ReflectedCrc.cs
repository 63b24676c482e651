using System.Buffers.Binary;

namespace ServerlessInference.Models;

/// <summary>
/// A cyclic redundancy check with reflected bits, up to 64 bits wide, whose initial value and final XOR value are all ones.
/// </summary>
/// <remarks>
/// Processes eight bytes at a time with eight tables ("slicing by eight"). Source: Kounavis and Berry, "A systematic approach to building
/// high performance software-based CRC generators", 2005.
/// </remarks>
internal sealed class ReflectedCrc
{
    private const int Slices = 8;

    private readonly ulong[] _tables = new ulong[Slices * 256];
    private readonly ulong _ones;
    private ulong _state;

    private ReflectedCrc(ulong polynomial, int bits)
    {
        _ones = ulong.MaxValue >> (64 - bits);
        _state = _ones;
        for (int value = 0; value < 256; value++)
        {
            ulong remainder = (ulong)value;
            for (int bit = 0; bit < 8; bit++)
            {
                remainder = (remainder & 1) != 0 ? (remainder >> 1) ^ polynomial : remainder >> 1;
            }

            _tables[value] = remainder;
        }

        for (int i = 256; i < _tables.Length; i++)
        {
            ulong previous = _tables[i - 256];
            _tables[i] = (previous >> 8) ^ _tables[(int)(previous & 0xFF)];
        }
    }

    public ulong Value => _state ^ _ones;

    // The polynomials are bit-reversed. Sources: ISO 3309; RFC 3720; NVM Express NVM Command Set Specification 1.0, section 5.2.1.3.4.
    public static ReflectedCrc Crc32() => new(0xEDB88320, 32);

    public static ReflectedCrc Crc32C() => new(0x82F63B78, 32);

    public static ReflectedCrc Crc64Nvme() => new(0x9A6C9329AC4BC9B5, 64);

    public void Append(ReadOnlySpan<byte> data)
    {
        ReadOnlySpan<ulong> tables = _tables;
        ulong state = _state;
        while (data.Length >= Slices)
        {
            state ^= BinaryPrimitives.ReadUInt64LittleEndian(data);
            state = tables[(7 * 256) + (int)(state & 0xFF)]
                ^ tables[(6 * 256) + (int)((state >> 8) & 0xFF)]
                ^ tables[(5 * 256) + (int)((state >> 16) & 0xFF)]
                ^ tables[(4 * 256) + (int)((state >> 24) & 0xFF)]
                ^ tables[(3 * 256) + (int)((state >> 32) & 0xFF)]
                ^ tables[(2 * 256) + (int)((state >> 40) & 0xFF)]
                ^ tables[256 + (int)((state >> 48) & 0xFF)]
                ^ tables[(int)(state >> 56)];
            data = data[Slices..];
        }

        foreach (byte value in data)
        {
            state = (state >> 8) ^ tables[(int)((state ^ value) & 0xFF)];
        }

        _state = state;
    }
}
