using System.Buffers.Binary;
using System.Text;
using ServerlessInference.Models.Transfer;

namespace ServerlessInference.Models.Archives;

/// <summary>Reads a zip's central directory, which stands at its end. Source: PKWARE's APPNOTE.TXT 6.3.10, sections 4.3.12 to 4.3.16, 4.4 and 4.5.3.</summary>
internal static class ZipDirectory
{
    private const uint EndSignature = 0x06054B50, End64Signature = 0x06064B50, Locator64Signature = 0x07064B50, EntrySignature = 0x02014B50;
    private const int EndLength = 22, End64Length = 56, Locator64Length = 20, EntryLength = 46;
    private const int MaxComment = ushort.MaxValue;

    /// <summary>More than a hundred thousand entries with usual names.</summary>
    private const long MaxDirectoryBytes = 16 * 1024 * 1024;

    /// <summary>Reads the entries, in the order of their places in the archive.</summary>
    /// <param name="archive">The archive, for errors.</param>
    /// <param name="length">Its size in bytes.</param>
    /// <param name="read">Reads a range of it.</param>
    /// <param name="maxEntries">The most entries accepted.</param>
    public static async Task<List<ZipEntry>> ReadAsync(string archive, long length, Func<long, int, Task<byte[]>> read, long maxEntries)
    {
        int tailLength = (int)Math.Min(length, EndLength + MaxComment + End64Length + Locator64Length);
        long tailOffset = length - tailLength;
        byte[] tail = await read(tailOffset, tailLength).ConfigureAwait(false);
        (long offset, long size, long count) = FindDirectory(archive, tail, tailOffset);
        long most = Math.Min(maxEntries, MaxDirectoryBytes / EntryLength);
        if (count > most)
        {
            throw new ModelLoadException($"{archive} is refused: it has {count:N0} entries; {most:N0} are allowed. Pack the model's files alone.");
        }

        if (offset < 0 || size < 0 || size > MaxDirectoryBytes || offset > length - size)
        {
            throw Damaged(archive, "its directory lies outside of it");
        }

        byte[] directory = offset >= tailOffset
            ? tail.AsSpan((int)(offset - tailOffset), (int)size).ToArray()
            : await read(offset, (int)size).ConfigureAwait(false);
        List<ZipEntry> entries = Parse(archive, directory, (int)count);
        entries.Sort((left, right) => left.Offset.CompareTo(right.Offset));
        CheckPlaces(archive, entries, offset);
        return entries;
    }

    private static (long Offset, long Size, long Count) FindDirectory(string archive, ReadOnlySpan<byte> tail, long tailOffset)
    {
        for (int i = tail.Length - EndLength; i >= 0; i--)
        {
            ReadOnlySpan<byte> end = tail[i..];
            if (BinaryPrimitives.ReadUInt32LittleEndian(end) != EndSignature || BinaryPrimitives.ReadUInt16LittleEndian(end[20..]) != end.Length - EndLength)
            {
                continue;
            }

            ushort count = BinaryPrimitives.ReadUInt16LittleEndian(end[10..]);
            uint size = BinaryPrimitives.ReadUInt32LittleEndian(end[12..]);
            uint offset = BinaryPrimitives.ReadUInt32LittleEndian(end[16..]);
            if (count != ushort.MaxValue && size != uint.MaxValue && offset != uint.MaxValue)
            {
                return BinaryPrimitives.ReadUInt16LittleEndian(end[4..]) == 0 ? (offset, size, count) : throw Damaged(archive, "it is one of several volumes");
            }

            return FindDirectory64(archive, tail, tailOffset, i - Locator64Length);
        }

        throw Damaged(archive, "the end of its directory is missing; most often it was truncated on its way");
    }

    private static (long Offset, long Size, long Count) FindDirectory64(string archive, ReadOnlySpan<byte> tail, long tailOffset, int locator)
    {
        if (locator >= 0 && BinaryPrimitives.ReadUInt32LittleEndian(tail[locator..]) == Locator64Signature)
        {
            long place = BinaryPrimitives.ReadInt64LittleEndian(tail[(locator + 8)..]) - tailOffset;
            if (place >= 0 && place <= locator - End64Length && BinaryPrimitives.ReadUInt32LittleEndian(tail[(int)place..]) == End64Signature)
            {
                ReadOnlySpan<byte> end = tail[(int)place..];
                long count = BinaryPrimitives.ReadInt64LittleEndian(end[32..]);
                return (BinaryPrimitives.ReadInt64LittleEndian(end[48..]), BinaryPrimitives.ReadInt64LittleEndian(end[40..]), count >= 0 ? count : long.MaxValue);
            }
        }

        throw Damaged(archive, "its zip64 directory is missing");
    }

    private static List<ZipEntry> Parse(string archive, ReadOnlySpan<byte> directory, int count)
    {
        var entries = new List<ZipEntry>(count);
        for (int i = 0; i < count; i++)
        {
            if (directory.Length < EntryLength || BinaryPrimitives.ReadUInt32LittleEndian(directory) != EntrySignature)
            {
                throw Damaged(archive, $"entry {i} of its directory is none");
            }

            int nameLength = BinaryPrimitives.ReadUInt16LittleEndian(directory[28..]);
            int extraLength = BinaryPrimitives.ReadUInt16LittleEndian(directory[30..]);
            int whole = EntryLength + nameLength + extraLength + BinaryPrimitives.ReadUInt16LittleEndian(directory[32..]);
            if (directory.Length < whole)
            {
                throw Damaged(archive, $"entry {i} of its directory is cut off");
            }

            entries.Add(ParseEntry(archive, directory, directory.Slice(EntryLength, nameLength), directory.Slice(EntryLength + nameLength, extraLength)));
            directory = directory[whole..];
        }

        return entries;
    }

    private static ZipEntry ParseEntry(string archive, ReadOnlySpan<byte> entry, ReadOnlySpan<byte> name, ReadOnlySpan<byte> extra)
    {
        const int MadeOnUnix = 3;
        long compressed = BinaryPrimitives.ReadUInt32LittleEndian(entry[20..]);
        long length = BinaryPrimitives.ReadUInt32LittleEndian(entry[24..]);
        long offset = BinaryPrimitives.ReadUInt32LittleEndian(entry[42..]);
        ReadOnlySpan<byte> wide = Field(extra, id: 1);
        length = Widen(length, ref wide, archive);
        compressed = Widen(compressed, ref wide, archive);
        offset = Widen(offset, ref wide, archive);
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

    // Zip64 gives, in this order, only those numbers that their usual places have no room for.
    private static long Widen(long value, ref ReadOnlySpan<byte> wide, string archive)
    {
        if (value != uint.MaxValue)
        {
            return value;
        }

        long widened = wide.Length < 8 ? -1 : BinaryPrimitives.ReadInt64LittleEndian(wide);
        if (widened < 0)
        {
            throw Damaged(archive, "an entry's zip64 sizes are missing");
        }

        wide = wide[8..];
        return widened;
    }

    private static ReadOnlySpan<byte> Field(ReadOnlySpan<byte> extra, ushort id)
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

    // Entries that share their bytes are how a small archive becomes an enormous one.
    private static void CheckPlaces(string archive, List<ZipEntry> entries, long directoryOffset)
    {
        for (int i = 0; i < entries.Count; i++)
        {
            long end = i + 1 < entries.Count ? entries[i + 1].Offset : directoryOffset;
            long least = ZipExtractor.LocalHeaderLength + entries[i].RawName.Length;
            if (entries[i].Offset > end - least || entries[i].CompressedLength > end - entries[i].Offset - least)
            {
                throw EntryName.Refuse(entries[i].Name, archive, "overlaps another entry or the directory");
            }
        }
    }

    private static CorruptContentException Damaged(string archive, string how) => new($"{archive} is no whole zip archive: {how}.");
}
