using System.Formats.Tar;
using System.IO.Compression;

namespace ServerlessInference.Models.Archives;

/// <summary>Extracts a tar archive, compressed or not, while it is being downloaded.</summary>
internal static class TarExtractor
{
    /// <summary>How many bytes may follow the last entry.</summary>
    /// <remarks>
    /// Tar pads the archive to whole records. A record has 10,240 bytes by default, but some writers use much larger ones.
    /// </remarks>
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
                    await DrainAsync(entry.DataStream ?? Stream.Null, long.MaxValue, writer.Archive, cancellationToken)
                        .ConfigureAwait(false);
                    guard.EndEntry();
                }
            }

            // The checksum of gzip follows the last byte, and is verified only when the end of the stream is read.
            await DrainAsync(stream, MaxPadding, writer.Archive, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is InvalidDataException or EndOfStreamException or FormatException)
        {
            string format = compressed ? "tar.gz" : "tar";
            throw new CorruptContentException($"{writer.Archive} is not a complete {format} archive: {exception.Message}", exception);
        }
        finally
        {
            if (compressed)
            {
                await stream.DisposeAsync().ConfigureAwait(false);
            }
        }
    }

    /// <summary>Reads the next header.</summary>
    /// <remarks>
    /// Which exception the reader throws on a damaged header depends on the field; this method throws the same one for all.
    /// </remarks>
    private static async ValueTask<TarEntry?> NextAsync(TarReader reader, CancellationToken cancellationToken)
    {
        try
        {
            return await reader.GetNextEntryAsync(copyData: false, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (
            exception is ArgumentException or ArithmeticException or InvalidOperationException or NotSupportedException)
        {
            throw new InvalidDataException(exception.Message, exception);
        }
    }

    private static async Task AddAsync(TarEntry entry, EntryWriter writer, CancellationToken cancellationToken)
    {
        if (entry is PaxTarEntry pax && pax.ExtendedAttributes.Keys.Any(key => key.StartsWith("GNU.sparse.", StringComparison.Ordinal)))
        {
            throw EntryName.Reject(entry.Name, writer.Archive, "is a sparse file");
        }

        switch (entry.EntryType)
        {
            case TarEntryType.RegularFile or TarEntryType.V7RegularFile or TarEntryType.ContiguousFile:
                await writer.AddAsync(entry.Name, entry.Length, entry.Mode, entry.DataStream, null, cancellationToken)
                    .ConfigureAwait(false);
                break;
            case TarEntryType.Directory:
                writer.AddFolder(entry.Name);
                break;
            case TarEntryType.GlobalExtendedAttributes:
                break;
            default:
                throw EntryName.Reject(entry.Name, writer.Archive, $"is neither a file nor a folder, but has the type {entry.EntryType}");
        }
    }

    private static async Task DrainAsync(Stream stream, long maxBytes, string archive, CancellationToken cancellationToken)
    {
        byte[] buffer = GC.AllocateUninitializedArray<byte>(64 * 1024);
        long drained = 0;
        while (await stream.ReadAsync(buffer, cancellationToken).ConfigureAwait(false) is var read and > 0)
        {
            drained += read;
            if (drained > maxBytes)
            {
                throw new ModelLoadException(
                    $"{archive} is rejected: more than {maxBytes:N0} bytes follow its last entry. Repack the model.");
            }
        }
    }
}
