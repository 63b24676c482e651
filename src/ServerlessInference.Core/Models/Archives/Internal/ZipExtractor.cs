using System.Buffers.Binary;
using System.IO.Compression;

namespace ServerlessInference.Models.Archives;

/// <summary>Extracts a zip archive in one pass over its bytes. Its directory has been read before.</summary>
/// <remarks>Source: PKWARE, APPNOTE.TXT 6.3.10, section 4.3.7.</remarks>
internal static class ZipExtractor
{
    public const int LocalHeaderLength = 30;
    private const uint LocalSignature = 0x04034B50;

    public static async Task ExtractAsync(
        Stream source, IReadOnlyList<ZipEntry> entries, EntryWriter writer, CancellationToken cancellationToken)
    {
        byte[] scratch = GC.AllocateUninitializedArray<byte>(64 * 1024);
        long position = 0;
        try
        {
            foreach (ZipEntry entry in entries)
            {
                if (entry.RejectionReason is { } reason)
                {
                    throw EntryName.Reject(entry.Name, writer.Archive, reason);
                }

                await SkipAsync(source, entry.Offset - position, scratch, cancellationToken).ConfigureAwait(false);
                int headerLength = await ReadLocalHeaderAsync(source, entry, scratch, writer.Archive, cancellationToken)
                    .ConfigureAwait(false);
                position = entry.Offset + headerLength;
                var body = new BoundedStream(source, entry.CompressedLength);
                await using (body.ConfigureAwait(false))
                {
                    await AddAsync(entry, body, writer, cancellationToken).ConfigureAwait(false);
                    await body.SkipRestAsync(scratch, cancellationToken).ConfigureAwait(false);
                }

                position += entry.CompressedLength;
            }
        }
        catch (Exception exception) when (exception is InvalidDataException or EndOfStreamException)
        {
            throw new CorruptContentException($"{writer.Archive} is not a complete zip archive: {exception.Message}", exception);
        }
    }

    private static Task SkipAsync(Stream source, long length, byte[] scratch, CancellationToken cancellationToken) =>
        new BoundedStream(source, length).SkipRestAsync(scratch, cancellationToken);

    private static async Task AddAsync(ZipEntry entry, Stream body, EntryWriter writer, CancellationToken cancellationToken)
    {
        if (entry.IsFolder)
        {
            writer.AddFolder(entry.Name);
            return;
        }

        if (entry.Method == ZipEntry.Stored)
        {
            await writer.AddAsync(entry.Name, entry.Length, entry.Permissions, body, entry.Crc32, cancellationToken)
                .ConfigureAwait(false);
            return;
        }

        var inflated = new DeflateStream(body, CompressionMode.Decompress, leaveOpen: true);
        await using (inflated.ConfigureAwait(false))
        {
            await writer.AddAsync(entry.Name, entry.Length, entry.Permissions, inflated, entry.Crc32, cancellationToken)
                .ConfigureAwait(false);
        }
    }

    /// <summary>Reads the header in front of an entry's bytes, and compares it with the directory.</summary>
    /// <returns>The length of the header in bytes.</returns>
    private static async Task<int> ReadLocalHeaderAsync(
        Stream source, ZipEntry entry, byte[] scratch, string archive, CancellationToken cancellationToken)
    {
        await source.ReadExactlyAsync(scratch.AsMemory(0, LocalHeaderLength), cancellationToken).ConfigureAwait(false);
        int nameLength = BinaryPrimitives.ReadUInt16LittleEndian(scratch.AsSpan(26));
        int extraLength = BinaryPrimitives.ReadUInt16LittleEndian(scratch.AsSpan(28));
        if (BinaryPrimitives.ReadUInt32LittleEndian(scratch) != LocalSignature
            || BinaryPrimitives.ReadUInt16LittleEndian(scratch.AsSpan(8)) != entry.Method
            || nameLength != entry.RawName.Length)
        {
            throw new CorruptContentException(
                $"The entry '{entry.Name}' of {archive} is not where the archive's directory says: the archive is damaged.");
        }

        byte[] name = GC.AllocateUninitializedArray<byte>(nameLength);
        await source.ReadExactlyAsync(name, cancellationToken).ConfigureAwait(false);
        if (!name.AsSpan().SequenceEqual(entry.RawName))
        {
            throw EntryName.Reject(entry.Name, archive, "has one name in its local header and another in the directory");
        }

        await SkipAsync(source, extraLength, scratch, cancellationToken).ConfigureAwait(false);
        return LocalHeaderLength + nameLength + extraLength;
    }
}
