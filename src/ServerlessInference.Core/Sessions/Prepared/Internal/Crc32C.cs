using System.Globalization;
using System.Numerics;
using System.Runtime.InteropServices;

namespace ServerlessInference.Sessions.Prepared;

/// <summary>Computes CRC-32C (RFC 3720, section 12.1), for which processors have an instruction, piece by piece.</summary>
/// <remarks>
/// It recognises damage, not forgery: any single bit, and any burst of up to 32 bits. It takes a fraction of the time of a SHA-256, and
/// does not load OpenSSL. Not thread-safe.
/// </remarks>
internal struct Crc32C
{
    private uint _value;

    /// <summary>Gets the checksum of all pieces in eight hexadecimal digits.</summary>
    public readonly string Value => _value.ToString("x8", CultureInfo.InvariantCulture);

    /// <summary>Adds the next bytes.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        uint crc = ~_value;
        ReadOnlySpan<ulong> words = MemoryMarshal.Cast<byte, ulong>(bytes);
        foreach (ulong word in words)
        {
            crc = BitOperations.Crc32C(crc, word);
        }

        foreach (byte rest in bytes[(words.Length * sizeof(ulong))..])
        {
            crc = BitOperations.Crc32C(crc, rest);
        }

        _value = ~crc;
    }
}
