using System.Globalization;
using System.Text;

namespace ServerlessInference.Tests.Models.Archives;

/// <summary>Creates tar archives block by block, including headers that no writer would produce.</summary>
internal static class TarBlocks
{
    public const int Size = 512, SizeAt = 124, SizeLength = 12, ChecksumAt = 148, ChecksumLength = 8;

    public static byte[] Join(params byte[][] parts) => [.. parts.SelectMany(part => part), .. new byte[2 * Size]];

    public static byte[] File(string name, byte[] content) => [.. Header(name, '0', Octal(content.Length)), .. Padded(content)];

    public static byte[] Metadata(char type, byte[] content) => [.. Header("metadata", type, Octal(content.Length)), .. Padded(content)];

    public static byte[] Header(string name, char type, byte[] size)
    {
        byte[] header = new byte[Size];
        Encoding.ASCII.GetBytes(name).CopyTo(header, 0);
        "0000644\0"u8.CopyTo(header.AsSpan(100));
        size.CopyTo(header, SizeAt);
        "00000000000\0"u8.CopyTo(header.AsSpan(136));
        header[156] = (byte)type;
        (type is 'L' or 'K' ? "ustar  \0"u8 : "ustar\u000000"u8).CopyTo(header.AsSpan(257));
        return Sign(header);
    }

    /// <summary>Writes the checksum. Without it, a reader would not inspect the rest of the header.</summary>
    public static byte[] Sign(byte[] header)
    {
        header.AsSpan(ChecksumAt, ChecksumLength).Fill((byte)' ');
        int sum = header.Take(Size).Sum(value => value);
        Encoding.ASCII.GetBytes(Convert.ToString(sum, 8).PadLeft(6, '0') + "\0 ").CopyTo(header, ChecksumAt);
        return header;
    }

    public static byte[] Octal(long number) => Encoding.ASCII.GetBytes(Convert.ToString(number, 8).PadLeft(11, '0') + "\0");

    public static byte[] Base256(long number)
    {
        byte[] field = new byte[SizeLength];
        field[0] = 0x80;
        System.Buffers.Binary.BinaryPrimitives.WriteInt64BigEndian(field.AsSpan(4), number);
        return field;
    }

    /// <summary>Creates a pax record: its own length in decimal digits, a space, <c>key=value</c> and a line feed.</summary>
    public static byte[] Record(string key, string value)
    {
        int rest = Encoding.UTF8.GetByteCount($" {key}={value}\n");
        int length = rest + 1;
        while (length != rest + length.ToString(CultureInfo.InvariantCulture).Length)
        {
            length++;
        }

        return Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{length} {key}={value}\n"));
    }

    private static byte[] Padded(byte[] content) => [.. content, .. new byte[-content.Length & (Size - 1)]];
}
