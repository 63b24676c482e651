using System.Buffers.Binary;

namespace ServerlessInference.Imaging;

/// <summary>Reads the orientation from EXIF data. Tolerates the same damage as Pillow.</summary>
/// <remarks>Source: EXIF 2.32 (CIPA DC-008), section 4.6; the layout is that of TIFF 6.0. Thread-safe.</remarks>
public static class ExifOrientation
{
    /// <summary>The orientation of an image that is stored as it is displayed.</summary>
    public const int Normal = 1;

    private const ushort OrientationTag = 0x0112;
    private const int EntryBytes = 12;

    /// <summary>Reads the orientation from the APP1 segment of a JPEG.</summary>
    /// <param name="segment">The segment without marker and length, beginning with <c>Exif\0\0</c>.</param>
    /// <returns>1 to 8. The result is 1 if the data has no orientation or is damaged.</returns>
    public static int FromApp1(ReadOnlySpan<byte> segment) =>
        segment.StartsWith("Exif\0\0"u8) ? FromTiff(segment[6..]) : Normal;

    /// <summary>
    /// Reads the orientation from the first directory of a TIFF structure: EXIF data without its prefix, or the eXIf chunk of a PNG.
    /// </summary>
    /// <param name="tiff">The data, beginning with <c>II</c> or <c>MM</c>.</param>
    /// <returns>1 to 8. The result is 1 if the data has no orientation or is damaged.</returns>
    public static int FromTiff(ReadOnlySpan<byte> tiff)
    {
        if (tiff.Length < 8 || !TryReadByteOrder(tiff, out bool bigEndian))
        {
            return Normal;
        }

        uint offset = ReadUInt32(tiff[4..], bigEndian);
        if (offset > (uint)tiff.Length - 2)
        {
            return Normal;
        }

        int count = ReadUInt16(tiff[(int)offset..], bigEndian);
        ReadOnlySpan<byte> entries = tiff[((int)offset + 2)..];
        int orientation = Normal;
        for (int i = 0; i < count && entries.Length >= EntryBytes; i++, entries = entries[EntryBytes..])
        {
            if (ReadUInt16(entries, bigEndian) == OrientationTag
                && TryReadValue(tiff, entries[..EntryBytes], bigEndian, out long value))
            {
                orientation = value is >= 1 and <= 8 ? (int)value : Normal;
            }
        }

        return orientation;
    }

    // Two of the four accepted headers have the magic number 42 in the wrong byte order. Pillow accepts them as well.
    private static bool TryReadByteOrder(ReadOnlySpan<byte> tiff, out bool bigEndian)
    {
        bigEndian = tiff[0] == (byte)'M';
        bool order = tiff.StartsWith("II"u8) || tiff.StartsWith("MM"u8);
        return order && (tiff[2], tiff[3]) is (0, 42) or (42, 0);
    }

    private static bool TryReadValue(ReadOnlySpan<byte> tiff, ReadOnlySpan<byte> entry, bool bigEndian, out long value)
    {
        value = 0;
        // Field types: 6 signed byte, 3 unsigned short, 8 signed short, 4 unsigned long, 9 signed long. The standard requires 3; some
        // writers use another one, and Pillow reads all of these.
        int size = ReadUInt16(entry[2..], bigEndian) switch
        {
            6 => 1,
            3 or 8 => 2,
            4 or 9 => 4,
            _ => 0,
        };
        uint count = ReadUInt32(entry[4..], bigEndian);
        if (size == 0 || count == 0)
        {
            return false;
        }

        // Up to four bytes of values are stored in the entry itself; more are stored elsewhere, and the entry has their offset.
        ReadOnlySpan<byte> data = entry[8..];
        if (count * (ulong)size > 4)
        {
            uint offset = ReadUInt32(data, bigEndian);
            if (offset + (count * (ulong)size) > (ulong)tiff.Length)
            {
                return false;
            }

            data = tiff[(int)offset..];
        }

        value = size switch
        {
            1 => (sbyte)data[0],
            2 => ReadUInt16(data, bigEndian),
            _ => ReadUInt32(data, bigEndian),
        };
        return true;
    }

    private static ushort ReadUInt16(ReadOnlySpan<byte> data, bool bigEndian) =>
        bigEndian ? BinaryPrimitives.ReadUInt16BigEndian(data) : BinaryPrimitives.ReadUInt16LittleEndian(data);

    private static uint ReadUInt32(ReadOnlySpan<byte> data, bool bigEndian) =>
        bigEndian ? BinaryPrimitives.ReadUInt32BigEndian(data) : BinaryPrimitives.ReadUInt32LittleEndian(data);
}
