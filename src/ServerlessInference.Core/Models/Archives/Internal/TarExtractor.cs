using System.Formats.Tar;
using System.IO.Compression;
using ServerlessInference.Models.Transfer;

namespace ServerlessInference.Models.Archives;

/// <summary>Extracts a tar archive, compressed or not, while it arrives.</summary>
internal static class TarExtractor
{
    /// <summary>What may follow the last entry: tar fills its last record, 10,240 bytes by default, and some writers fill much larger ones.</summary>
    private const long MaxPadding = 16 * 1024 * 1024;

    public static async Task ExtractAsync(Stream source, bool compressed, EntryWriter writer, CancellationToken cancellationToken)
    {
        Stream stream = compressed ? new GZipStream(source, CompressionMode.Decompress, leaveOpen: true) : source;
        try
        {
            using var guard = new TarHeaderGuard(stream, writer.Archive);
            var reader = new TarReader(guard, leaveOpen: true);
            await using (reader.ConfigureAwait(false))
            {
                while (await NextAsync(reader, cancellationToken).ConfigureAwait(false) is { } entry)
                {
                    await AddAsync(entry, writer, cancellationToken).ConfigureAwait(false);
                    await DrainAsync(entry.DataStream ?? Stream.Null, long.MaxValue, writer.Archive, cancellationToken).ConfigureAwait(false);
                    guard.EndEntry();
                }
            }

            // gzip's own check stands behind the last byte.
            await DrainAsync(stream, MaxPadding, writer.Archive, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is InvalidDataException or EndOfStreamException or FormatException)
        {
            throw new CorruptContentException($"{writer.Archive} is no whole {(compressed ? "tar.gz" : "tar")} archive: {exception.Message}", exception);
        }
        finally
        {
            if (compressed)
            {
                await stream.DisposeAsync().ConfigureAwait(false);
            }
        }
    }

    /// <summary>Reads the next header. What the reader throws at damaged ones depends on the field.</summary>
    private static async ValueTask<TarEntry?> NextAsync(TarReader reader, CancellationToken cancellationToken)
    {
        try
        {
            return await reader.GetNextEntryAsync(copyData: false, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is ArgumentException or ArithmeticException or InvalidOperationException or NotSupportedException)
        {
            throw new InvalidDataException(exception.Message, exception);
        }
    }

    private static async Task AddAsync(TarEntry entry, EntryWriter writer, CancellationToken cancellationToken)
    {
        if (entry is PaxTarEntry pax && pax.ExtendedAttributes.Keys.Any(key => key.StartsWith("GNU.sparse.", StringComparison.Ordinal)))
        {
            throw EntryName.Refuse(entry.Name, writer.Archive, "is packed without its holes (sparse)");
        }

        switch (entry.EntryType)
        {
            case TarEntryType.RegularFile or TarEntryType.V7RegularFile or TarEntryType.ContiguousFile:
                await writer.AddAsync(entry.Name, entry.Length, entry.Mode, entry.DataStream, null, cancellationToken).ConfigureAwait(false);
                break;
            case TarEntryType.Directory:
                writer.AddFolder(entry.Name);
                break;
            case TarEntryType.GlobalExtendedAttributes:
                break;
            default:
                throw EntryName.Refuse(entry.Name, writer.Archive, $"is neither a file nor a folder but of the kind {entry.EntryType}");
        }
    }

    private static async Task DrainAsync(Stream stream, long most, string archive, CancellationToken cancellationToken)
    {
        byte[] buffer = GC.AllocateUninitializedArray<byte>(64 * 1024);
        long drained = 0;
        while (await stream.ReadAsync(buffer, cancellationToken).ConfigureAwait(false) is var read and > 0)
        {
            drained += read;
            if (drained > most)
            {
                throw new ModelLoadException($"{archive} is refused: more than {most:N0} bytes follow its last entry. Pack the model's files anew.");
            }
        }
    }
}
