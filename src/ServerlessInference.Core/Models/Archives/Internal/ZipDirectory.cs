using System.Buffers.Binary;
using System.Text;

namespace ServerlessInference.Models.Archives;

/// <summary>Reads the central directory of a zip archive, which is at its end.</summary>
/// <remarks>Source: PKWARE, APPNOTE.TXT 6.3.10, sections 4.3.12 to 4.3.16, 4.4 and 4.5.3.</remarks>
internal static class ZipDirectory
{
    private const uint EndSignature = 0x06054B50, End64Signature = 0x06064B50, Locator64Signature = 0x07064B50, EntrySignature = 0x02014B50;
    private const int EndLength = 22, End64Length = 56, Locator64Length = 20, EntryLength = 46;
    private const int MaxComment = ushort.MaxValue;

    /// <summary>Enough for a hundred thousand entries with names of normal length.</summary>
    private const long MaxDirectoryBytes = 16 * 1024 * 1024;

    /// <summary>Reads the entries, in the order of their positions in the archive.</summary>
    /// <param name="archive">The archive, for error messages.</param>
    /// <param name="length">The size of the archive in bytes.</param>
    /// <param name="read">Reads a range of the archive.</param>
    /// <param name="maxEntries">The maximum number of entries.</param>
    public static async Task<List<ZipEntry>> ReadAsync(string archive, long length, Func<long, int, Task<byte[]>> read, long maxEntries)
    {
        int tailLength = (int)Math.Min(length, EndLength + MaxComment + End64Length + Locator64Length);
        long tailOffset = length - tailLength;
        byte[] tail = await read(tailOffset, tailLength).ConfigureAwait(false);
        (long offset, long size, long count) = FindDirectory(archive, tail, tailOffset);
        long limit = Math.Min(maxEntries, MaxDirectoryBytes / EntryLength);
        if (count > limit)
        {
            throw new ModelLoadException(
                $"{archive} is rejected: it has {count:N0} entries; {limit:N0} are allowed. Pack only the files of the model.");
        }

        if (offset < 0 || size < 0 || size > MaxDirectoryBytes || offset > length - size)
        {
            throw CreateDamagedException(archive, "its directory is outside the archive");
        }

        byte[] directory = offset >= tailOffset
            ? tail.AsSpan((int)(offset - tailOffset), (int)size).ToArray()
            : await read(offset, (int)size).ConfigureAwait(false);
        List<ZipEntry> entries = Parse(archive, directory, (int)count);
        entries.Sort((left, right) => left.Offset.CompareTo(right.Offset));
        EnsureNoOverlaps(archive, entries, offset);
        return entries;
    }

    private static (long Offset, long Size, long Count) FindDirectory(string archive, ReadOnlySpan<byte> tail, long tailOffset)
    {
        for (int i = tail.Length - EndLength; i >= 0; i--)
        {
            ReadOnlySpan<byte> end = tail[i..];
            if (BinaryPrimitives.ReadUInt32LittleEndian(end) != EndSignature
                || BinaryPrimitives.ReadUInt16LittleEndian(end[20..]) != end.Length - EndLength)
            {
                continue;
            }

            ushort count = BinaryPrimitives.ReadUInt16LittleEndian(end[10..]);
            uint size = BinaryPrimitives.ReadUInt32LittleEndian(end[12..]);
            uint offset = BinaryPrimitives.ReadUInt32LittleEndian(end[16..]);
            if (count != ushort.MaxValue && size != uint.MaxValue && offset != uint.MaxValue)
            {
                bool isSplit = BinaryPrimitives.ReadUInt16LittleEndian(end[4..]) != 0;
                return isSplit ? throw CreateDamagedException(archive, "it is one of several volumes") : (offset, size, count);
            }

            return FindDirectory64(archive, tail, tailOffset, i - Locator64Length);
        }

        throw CreateDamagedException(archive, "the end of its directory is missing, usually because the archive was truncated in transit");
    }

    private static (long Offset, long Size, long Count) FindDirectory64(
        string archive, ReadOnlySpan<byte> tail, long tailOffset, int locator)
    {
        if (locator >= 0 && BinaryPrimitives.ReadUInt32LittleEndian(tail[locator..]) == Locator64Signature)
        {
            long position = BinaryPrimitives.ReadInt64LittleEndian(tail[(locator + 8)..]) - tailOffset;
            if (position >= 0
                && position <= locator - End64Length
                && BinaryPrimitives.ReadUInt32LittleEndian(tail[(int)position..]) == End64Signature)
            {
                ReadOnlySpan<byte> end = tail[(int)position..];
                long count = BinaryPrimitives.ReadInt64LittleEndian(end[32..]);
                long size = BinaryPrimitives.ReadInt64LittleEndian(end[40..]);
                long offset = BinaryPrimitives.ReadInt64LittleEndian(end[48..]);
                return (offset, size, count >= 0 ? count : long.MaxValue);
            }
        }

        throw CreateDamagedException(archive, "its zip64 directory is missing");
    }

    private static List<ZipEntry> Parse(string archive, ReadOnlySpan<byte> directory, int count)
    {
        var entries = new List<ZipEntry>(count);
        for (int i = 0; i < count; i++)
        {
            if (directory.Length < EntryLength || BinaryPrimitives.ReadUInt32LittleEndian(directory) != EntrySignature)
            {
                throw CreateDamagedException(archive, $"entry {i} of its directory is invalid");
            }

            int nameLength = BinaryPrimitives.ReadUInt16LittleEndian(directory[28..]);
            int extraLength = BinaryPrimitives.ReadUInt16LittleEndian(directory[30..]);
            int commentLength = BinaryPrimitives.ReadUInt16LittleEndian(directory[32..]);
            int totalLength = EntryLength + nameLength + extraLength + commentLength;
            if (directory.Length < totalLength)
            {
                throw CreateDamagedException(archive, $"entry {i} of its directory is incomplete");
            }

            ReadOnlySpan<byte> name = directory.Slice(EntryLength, nameLength);
            ReadOnlySpan<byte> extra = directory.Slice(EntryLength + nameLength, extraLength);
            entries.Add(ParseEntry(archive, directory, name, extra));
            directory = directory[totalLength..];
        }

        return entries;
    }

    private static ZipEntry ParseEntry(string archive, ReadOnlySpan<byte> entry, ReadOnlySpan<byte> name, ReadOnlySpan<byte> extra)
    {
        const int MadeOnUnix = 3;
        long compressed = BinaryPrimitives.ReadUInt32LittleEndian(entry[20..]);
        long length = BinaryPrimitives.ReadUInt32LittleEndian(entry[24..]);
        long offset = BinaryPrimitives.ReadUInt32LittleEndian(entry[42..]);
        ReadOnlySpan<byte> zip64 = FindExtraField(extra, id: 1);
        length = ReadZip64(length, ref zip64, archive);
        compressed = ReadZip64(compressed, ref zip64, archive);
        offset = ReadZip64(offset, ref zip64, archive);
        int mode = entry[5] == MadeOnUnix ? BinaryPrimitives.ReadUInt16LittleEndian(entry[40..]) : 0;
        return new ZipEntry(
            Encoding.UTF8.GetString(name),
            name.ToArray(),
            BinaryPrimitives.ReadUInt16LittleEndian(entry[8..]),
            BinaryPrimitives.ReadUInt16LittleEndian(entry[10..]),
            BinaryPrimitives.ReadUInt32LittleEndian(entry[16..]),
            compressed,
            length,
            offset,
            mode);
    }

    // The zip64 field contains only those numbers that do not fit into 32 bits, in a fixed order. Reading one therefore moves on to the
    // next.
    private static long ReadZip64(long value, ref ReadOnlySpan<byte> zip64, string archive)
    {
        if (value != uint.MaxValue)
        {
            return value;
        }

        long value64 = zip64.Length < 8 ? -1 : BinaryPrimitives.ReadInt64LittleEndian(zip64);
        if (value64 < 0)
        {
            throw CreateDamagedException(archive, "the zip64 sizes of an entry are missing");
        }

        zip64 = zip64[8..];
        return value64;
    }

    private static ReadOnlySpan<byte> FindExtraField(ReadOnlySpan<byte> extra, ushort id)
    {
        while (extra.Length >= 4)
        {
            int length = BinaryPrimitives.ReadUInt16LittleEndian(extra[2..]);
            if (extra.Length < 4 + length)
            {
                break;
            }

            if (BinaryPrimitives.ReadUInt16LittleEndian(extra) == id)
            {
                return extra.Slice(4, length);
            }

            extra = extra[(4 + length)..];
        }

        return default;
    }

    // A zip bomb uses overlapping entries: if many entries share the same bytes, a small archive expands to an enormous size.
    private static void EnsureNoOverlaps(string archive, List<ZipEntry> entries, long directoryOffset)
    {
        for (int i = 0; i < entries.Count; i++)
        {
            long end = i + 1 < entries.Count ? entries[i + 1].Offset : directoryOffset;
            long minHeader = ZipExtractor.LocalHeaderLength + entries[i].RawName.Length;
            if (entries[i].Offset > end - minHeader || entries[i].CompressedLength > end - entries[i].Offset - minHeader)
            {
                throw EntryName.Reject(entries[i].Name, archive, "overlaps another entry or the directory");
            }
        }
    }

    private static CorruptContentException CreateDamagedException(string archive, string reason) =>
        new($"{archive} is not a complete zip archive: {reason}.");
}
