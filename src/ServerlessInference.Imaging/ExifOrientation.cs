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

    private static ReadOnlySpan<byte> Prefix => "Exif\0\0"u8;

    /// <summary>Reads the orientation from the APP1 segment of a JPEG.</summary>
    /// <param name="segment">The segment without marker and length, beginning with <c>Exif\0\0</c>.</param>
    /// <returns>1 to 8. The result is 1 if the data has no orientation or is damaged.</returns>
    public static int FromApp1(ReadOnlySpan<byte> segment) =>
        segment.StartsWith(Prefix) ? FromTiff(segment) : Normal;

    /// <summary>
    /// Reads the orientation from the first directory of a TIFF structure: EXIF data without its prefix, or the eXIf chunk of a PNG.
    /// </summary>
    /// <param name="tiff">The data, beginning with <c>II</c> or <c>MM</c>.</param>
    /// <returns>1 to 8. The result is 1 if the data has no orientation or is damaged.</returns>
    public static int FromTiff(ReadOnlySpan<byte> tiff) => TryFind(tiff, out int orientation) ? orientation : Normal;

    /// <summary>Finds the orientation in a TIFF structure, which may begin with <c>Exif\0\0</c>, even several times.</summary>
    /// <param name="tiff">The data.</param>
    /// <param name="orientation">Receives 1 to 8; 1 if the value is another one.</param>
    /// <returns>Whether the data has an orientation, whatever its value. If not, other metadata may have one.</returns>
    internal static bool TryFind(ReadOnlySpan<byte> tiff, out int orientation)
    {
        orientation = Normal;
        while (tiff.StartsWith(Prefix))
        {
            tiff = tiff[Prefix.Length..];
        }

        if (tiff.Length < 8 || !TryReadByteOrder(tiff, out bool bigEndian))
        {
            return false;
        }

        uint offset = ReadUInt32(tiff[4..], bigEndian);
        if (offset > (uint)tiff.Length - 2)
        {
            return false;
        }

        int count = ReadUInt16(tiff[(int)offset..], bigEndian);
        ReadOnlySpan<byte> entries = tiff[((int)offset + 2)..];
        bool found = false;
        for (int i = 0; i < count && entries.Length >= EntryBytes; i++, entries = entries[EntryBytes..])
        {
            if (ReadUInt16(entries, bigEndian) == OrientationTag
                && TryReadValue(tiff, entries[..EntryBytes], bigEndian, out double value))
            {
                orientation = value is >= 1 and <= 8 && value == Math.Floor(value) ? (int)value : Normal;
                found = true;
            }
        }

        return found;
    }

    // Two of the four accepted headers have the magic number 42 in the wrong byte order. Pillow accepts them as well.
    private static bool TryReadByteOrder(ReadOnlySpan<byte> tiff, out bool bigEndian)
    {
        bigEndian = tiff[0] == (byte)'M';
        bool order = tiff.StartsWith("II"u8) || tiff.StartsWith("MM"u8);
        return order && (tiff[2], tiff[3]) is (0, 42) or (42, 0);
    }

    // The standard requires an unsigned short; some writers use another type, and Pillow reads all of these. It also finds values of types
    // that have no numbers (bytes and text), but never applies them.
    private static bool TryReadValue(ReadOnlySpan<byte> tiff, ReadOnlySpan<byte> entry, bool bigEndian, out double value)
    {
        value = 0;
        var type = (FieldType)ReadUInt16(entry[2..], bigEndian);
        int size = GetSize(type);
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

        value = ReadNumber(data, type, bigEndian);
        return true;
    }

    private static int GetSize(FieldType type) => type switch
    {
        FieldType.Byte or FieldType.Text or FieldType.SignedByte or FieldType.Undefined => 1,
        FieldType.Short or FieldType.SignedShort => 2,
        FieldType.Long or FieldType.SignedLong or FieldType.Single or FieldType.Directory => 4,
        FieldType.Rational or FieldType.SignedRational or FieldType.Double or FieldType.Long8 => 8,
        _ => 0,
    };

    private static double ReadNumber(ReadOnlySpan<byte> data, FieldType type, bool bigEndian) => type switch
    {
        FieldType.SignedByte => (sbyte)data[0],
        FieldType.Short or FieldType.SignedShort => ReadUInt16(data, bigEndian),
        FieldType.Long or FieldType.SignedLong or FieldType.Directory => ReadUInt32(data, bigEndian),
        FieldType.Rational or FieldType.SignedRational => (double)ReadUInt32(data, bigEndian) / ReadUInt32(data[4..], bigEndian),
        FieldType.Single => BitConverter.UInt32BitsToSingle(ReadUInt32(data, bigEndian)),
        FieldType.Double => BitConverter.UInt64BitsToDouble(ReadUInt64(data, bigEndian)),
        FieldType.Long8 => ReadUInt64(data, bigEndian),
        _ => 0,
    };

    private static ushort ReadUInt16(ReadOnlySpan<byte> data, bool bigEndian) =>
        bigEndian ? BinaryPrimitives.ReadUInt16BigEndian(data) : BinaryPrimitives.ReadUInt16LittleEndian(data);

    private static uint ReadUInt32(ReadOnlySpan<byte> data, bool bigEndian) =>
        bigEndian ? BinaryPrimitives.ReadUInt32BigEndian(data) : BinaryPrimitives.ReadUInt32LittleEndian(data);

    private static ulong ReadUInt64(ReadOnlySpan<byte> data, bool bigEndian) =>
        bigEndian ? BinaryPrimitives.ReadUInt64BigEndian(data) : BinaryPrimitives.ReadUInt64LittleEndian(data);

    private enum FieldType
    {
        Byte = 1,
        Text = 2,
        Short = 3,
        Long = 4,
        Rational = 5,
        SignedByte = 6,
        Undefined = 7,
        SignedShort = 8,
        SignedLong = 9,
        SignedRational = 10,
        Single = 11,
        Double = 12,
        Directory = 13,
        Long8 = 16,
    }
}
