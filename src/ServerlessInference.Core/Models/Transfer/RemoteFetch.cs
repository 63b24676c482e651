using System.Text.Json;
using Microsoft.Extensions.Logging;
using Microsoft.Win32.SafeHandles;
using ServerlessInference.Models.Archives;
using ServerlessInference.Models.Store;
using ServerlessInference.Sessions.Prepared;

namespace ServerlessInference.Models.Transfer;

/// <summary>Brings the objects of one model to where they are wanted, and verifies them.</summary>
internal sealed class RemoteFetch(string description, RemoteModelOptions options, TimeProvider time, ILogger logger)
{
    private readonly TransientRetry _retry = new(description, options, time);

    public ArchiveKind KindOf(IReadOnlyList<IRemoteObject> objects) =>
        objects.Count != 1 ? ArchiveKind.None
        : options.Archive != ArchiveKind.ByName ? options.Archive
        : ArchiveNames.KindOf(objects[0].Name);

    /// <summary>Lists the model's objects, without what is prepared for other processors.</summary>
    public async ValueTask<IReadOnlyList<IRemoteObject>> ListAsync(IRemoteModel model, CancellationToken cancellationToken) =>
        PreparedSelection.Wanted(await _retry.RunAsync(model.ListAsync, cancellationToken).ConfigureAwait(false), item => item.Name, ProcessorClass.Current);

    /// <summary>Refuses what is too large before any byte of it is asked for.</summary>
    public void CheckLimits(IReadOnlyList<IRemoteObject> objects)
    {
        long total = objects.Sum(item => item.Length);
        if (total > options.MaxBytes || objects.Count > options.MaxFiles)
        {
            throw new ModelLoadException(
                $"{description} has {objects.Count:N0} objects with {total:N0} bytes; MaxFiles allows {options.MaxFiles:N0} and MaxBytes {options.MaxBytes:N0}. " +
                "Name the model's own object or folder, or raise the limit.");
        }
    }

    /// <summary>Fetches single objects into the staging folder, going on where an earlier process stopped.</summary>
    public async Task<IReadOnlyList<StoredFile>> ToFolderAsync(IReadOnlyList<IRemoteObject> objects, StagingFolder staging, CancellationToken cancellationToken)
    {
        var files = new List<StoredFile>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (int i = 0; i < objects.Count; i++)
        {
            IRemoteObject item = objects[i];
            string name = EntryName.Normalize(item.Name, description);
            if (!names.Add(name))
            {
                throw EntryName.Refuse(item.Name, description, "stands in it twice");
            }

            ContentCheck check = await ContentCheck.ForAsync(item, options, _retry, logger, cancellationToken).ConfigureAwait(false);
            string plan = staging.Beside($"plan-{i}.json"), progress = staging.Beside($"progress-{i}");
            string path = staging.PathOf(name);
            Resume(item, plan, progress, path);
            ContentDigest digest;
            using (var blocks = new BlockMap(item.Length, progress))
            {
                staging.EnsureSpace(blocks.Missing(int.MaxValue).Sum(range => range.Length));
                using SafeFileHandle file = File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite);
                digest = await new ParallelDownload(item, options, time, logger).RunAsync(file, blocks, check.Algorithm, cancellationToken).ConfigureAwait(false);
                CheckLength(item, RandomAccess.GetLength(file));
            }

            check.Verify(digest);
            files.Add(new StoredFile(name, item.Length, digest.ToString()));
        }

        return files;
    }

    /// <summary>Fetches single objects into memory.</summary>
    public async Task ToMemoryAsync(IReadOnlyList<IRemoteObject> objects, MemoryFiles files, CancellationToken cancellationToken)
    {
        foreach (IRemoteObject item in objects)
        {
            ContentCheck check = await ContentCheck.ForAsync(item, options, _retry, logger, cancellationToken).ConfigureAwait(false);
            using var blocks = new BlockMap(item.Length);
            SafeFileHandle file = files.Create(EntryName.Normalize(item.Name, description), item.Length, null);
            ContentDigest digest = await new ParallelDownload(item, options, time, logger).RunAsync(file, blocks, check.Algorithm, cancellationToken).ConfigureAwait(false);
            CheckLength(item, RandomAccess.GetLength(file));
            check.Verify(digest);
        }
    }

    /// <summary>Extracts an archive while it arrives.</summary>
    /// <returns>The files, and the digest of the archive.</returns>
    public async Task<(IReadOnlyList<StoredFile> Files, ContentDigest Digest)> ExtractAsync(
        IRemoteObject archive, ArchiveKind kind, IExtractionTarget target, CancellationToken cancellationToken)
    {
        ContentCheck check = await ContentCheck.ForAsync(archive, options, _retry, logger, cancellationToken).ConfigureAwait(false);
        List<ZipEntry> entries = kind == ArchiveKind.Zip ? await ReadZipDirectoryAsync(archive, cancellationToken).ConfigureAwait(false) : [];
        var writer = new EntryWriter(archive.Location, options, target);
        var stream = new ReadAheadStream(archive, options, check.Algorithm, time, logger, cancellationToken);
        await using (stream.ConfigureAwait(false))
        {
            if (kind == ArchiveKind.Zip)
            {
                await ZipExtractor.ExtractAsync(stream, entries, writer, cancellationToken).ConfigureAwait(false);
            }
            else
            {
                await TarExtractor.ExtractAsync(stream, kind == ArchiveKind.TarGzip, writer, cancellationToken).ConfigureAwait(false);
            }

            ContentDigest digest = await stream.FinishAsync(cancellationToken).ConfigureAwait(false);
            check.Verify(digest);
            return (writer.Finish(), digest);
        }
    }

    private Task<List<ZipEntry>> ReadZipDirectoryAsync(IRemoteObject archive, CancellationToken cancellationToken)
    {
        if (!archive.AcceptsRanges)
        {
            throw new ModelLoadException(
                $"{archive.Location} is a zip, whose directory stands at its end, and its server offers no ranges to read it first. Pack the model as tar.gz, or serve it with ranges.");
        }

        var reader = new RangeReader(archive, options, time, logger);
        return ZipDirectory.ReadAsync(archive.Location, archive.Length, async (offset, length) =>
        {
            byte[] bytes = GC.AllocateUninitializedArray<byte>(length);
            await reader.ReadAsync(offset, length, (at, data) =>
            {
                data.CopyTo(bytes.AsMemory((int)(at - offset)));
                return ValueTask.CompletedTask;
            }, cancellationToken).ConfigureAwait(false);
            return bytes;
        }, options.MaxFiles);
    }

    /// <summary>Keeps what an earlier process left of the same version, and nothing else.</summary>
    private static void Resume(IRemoteObject item, string plan, string progress, string path)
    {
        byte[] wanted = JsonSerializer.SerializeToUtf8Bytes(
            new TransferPlan(item.Location, item.Version, item.Length, BlockMap.BlockSize), StoreJson.Default.TransferPlan);
        if (File.Exists(plan) && File.ReadAllBytes(plan).AsSpan().SequenceEqual(wanted))
        {
            return;
        }

        File.Delete(progress);
        File.Delete(path);
        File.WriteAllBytes(plan, wanted);
    }

    private static void CheckLength(IRemoteObject item, long length)
    {
        if (length != item.Length)
        {
            throw new CorruptContentException($"{item.Location} came with {length:N0} bytes; it has {item.Length:N0}.");
        }
    }
}
