using System.Buffers.Binary;

namespace ServerlessInference.Imaging.ImageSharp;

/// <summary>Checks that the values of a TIFF and the strips of its first image are within the file.</summary>
/// <remarks>
/// ImageSharp 2.1.13 fills in missing strips. It reads overlapping values repeatedly: a file of 60 KB kept it busy for seconds. It also
/// trusts the number of entries in a BigTIFF, which has 64 bits, so that a file of 20 bytes keeps it busy forever. BigTIFF is for files
/// above 4 GiB, which no request contains, so it is rejected. Fax and JPEG compression are rejected too: for some reference files the
/// pixels differ from those of libtiff. Source: TIFF 6.0 (Adobe, 1992), section 2.
/// </remarks>
internal static class TiffStructure
{
    private const int HeaderBytes = 8;
    private const byte ClassicVersion = 42;
    private const int MaxSubdirectories = 16;
    private const int EntryBytes = 12;
    private const int NextBytes = 4;
    private const ushort Compression = 259;
    private const ushort StripOffsets = 273;
    private const ushort StripByteCounts = 279;
    private const ushort Subdirectories = 330;
    private const ushort Short = 3;
    private const ushort Long = 4;

    /// <summary>Checks the strips.</summary>
    /// <param name="encoded">The whole file.</param>
    /// <exception cref="InvalidImageException">A directory or a strip extends beyond the file, or the file is a BigTIFF.</exception>
    public static void Check(ReadOnlySpan<byte> encoded)
    {
        bool bigEndian = encoded[0] == (byte)'M';
        if (encoded.Length < HeaderBytes)
        {
            throw Malformed.Truncated("TIFF");
        }

        if (encoded[bigEndian ? 3 : 2] != ClassicVersion)
        {
            throw new InvalidImageException(
                InvalidImageKind.UnsupportedFormat,
                "The image is a BigTIFF file, which is not supported. Send a TIFF with 32-bit offsets.");
        }

        ReadOnlySpan<byte> offsets = default;
        ReadOnlySpan<byte> lengths = default;
        ulong valueBytes = 0;
        uint directory = ReadUInt32(encoded[4..], bigEndian);
        for (bool first = true; directory != 0; first = false)
        {
            ReadOnlySpan<byte> entries = GetEntries(encoded, directory, bigEndian);
            for (; entries.Length > NextBytes; entries = entries[EntryBytes..])
            {
                ReadOnlySpan<byte> entry = entries[..EntryBytes];
                ushort tag = ReadUInt16(entry, bigEndian);
                offsets = first && tag == StripOffsets ? entry : offsets;
                lengths = first && tag == StripByteCounts ? entry : lengths;
                if (first && tag == Compression)
                {
                    CheckCompression(ReadUInt16(entry[8..], bigEndian));
                }

                uint values = ReadUInt32(entry[4..], bigEndian);
                ulong bytes = values * GetSize(ReadUInt16(entry[2..], bigEndian));
                valueBytes += bytes > sizeof(uint) ? bytes : 0;
                if (tag == Subdirectories && values > MaxSubdirectories)
                {
                    // ImageSharp reads each of them, even if several are at the same position.
                    throw Malformed.Create("TIFF", $"a directory has {values} subdirectories, more than {MaxSubdirectories}");
                }
            }

            if (valueBytes > (ulong)encoded.Length)
            {
                throw Malformed.Create("TIFF", "its directories refer to more data than it contains");
            }

            // ImageSharp rejects directories that are not in ascending order.
            uint next = entries.Length < NextBytes ? 0 : ReadUInt32(entries, bigEndian);
            directory = next > directory && next < (uint)encoded.Length ? next : 0;
        }

        if (!offsets.IsEmpty && !lengths.IsEmpty)
        {
            CheckStrips(encoded, offsets, lengths, bigEndian);
        }
    }

    /// <summary>Gets the entries of a directory and, if the file has it, the offset of the next directory.</summary>
    private static ReadOnlySpan<byte> GetEntries(ReadOnlySpan<byte> encoded, uint directory, bool bigEndian)
    {
        if (directory > (uint)encoded.Length - 2)
        {
            throw Malformed.Truncated("TIFF");
        }

        ReadOnlySpan<byte> entries = encoded[((int)directory + 2)..];
        int bytes = ReadUInt16(encoded[(int)directory..], bigEndian) * EntryBytes;
        return entries.Length < bytes ? throw Malformed.Truncated("TIFF") : entries[..Math.Min(bytes + NextBytes, entries.Length)];
    }

    private static void CheckCompression(ushort compression)
    {
        if (compression is not (1 or 5 or 8 or 32773 or 32946))
        {
            throw new InvalidImageException(
                InvalidImageKind.UnsupportedFormat,
                $"The TIFF file has compression {compression}; supported are none, LZW, Deflate and PackBits. Send one of these.");
        }
    }

    private static ulong GetSize(ushort type) => type switch
    {
        Short or 8 => 2,
        Long or 9 or 11 or 13 => 4,
        5 or 10 or 12 => 8,
        _ => 1,
    };

    private static void CheckStrips(ReadOnlySpan<byte> encoded, ReadOnlySpan<byte> offsets, ReadOnlySpan<byte> lengths, bool bigEndian)
    {
        uint strips = Math.Min(ReadUInt32(offsets[4..], bigEndian), ReadUInt32(lengths[4..], bigEndian));
        for (uint i = 0; i < strips; i++)
        {
            ulong end = (ulong)ReadValue(encoded, offsets, i, bigEndian) + ReadValue(encoded, lengths, i, bigEndian);
            if (end > (ulong)encoded.Length)
            {
                throw Malformed.Truncated("TIFF");
            }
        }
    }

    private static uint ReadValue(ReadOnlySpan<byte> encoded, ReadOnlySpan<byte> entry, uint index, bool bigEndian)
    {
        ushort type = ReadUInt16(entry[2..], bigEndian);
        if (type is not (Short or Long))
        {
            return 0;
        }

        uint size = type == Short ? 2u : 4u;
        ulong values = (ulong)ReadUInt32(entry[4..], bigEndian) * size;
        ReadOnlySpan<byte> data = entry[8..];
        if (values > 4)
        {
            uint offset = ReadUInt32(data, bigEndian);
            if (offset + values > (ulong)encoded.Length)
            {
                throw Malformed.Truncated("TIFF");
            }

            data = encoded[(int)offset..];
        }

        data = data[(int)(index * size)..];
        return type == Short ? ReadUInt16(data, bigEndian) : ReadUInt32(data, bigEndian);
    }

    private static ushort ReadUInt16(ReadOnlySpan<byte> data, bool bigEndian) =>
        bigEndian ? BinaryPrimitives.ReadUInt16BigEndian(data) : BinaryPrimitives.ReadUInt16LittleEndian(data);

    private static uint ReadUInt32(ReadOnlySpan<byte> data, bool bigEndian) =>
        bigEndian ? BinaryPrimitives.ReadUInt32BigEndian(data) : BinaryPrimitives.ReadUInt32LittleEndian(data);
}
