using Microsoft.Extensions.Logging;
using Microsoft.Win32.SafeHandles;
using ServerlessInference.Models.Archives;
using ServerlessInference.Models.Prepared;
using ServerlessInference.Models.Store;

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
    public async ValueTask<IReadOnlyList<IRemoteObject>> ListAsync(IRemoteModel model, CancellationToken cancellationToken)
    {
        IReadOnlyList<IRemoteObject> all = await _retry.RunAsync(model.ListAsync, cancellationToken).ConfigureAwait(false);
        IReadOnlyList<IRemoteObject> objects = PreparedSelection.Wanted(all, item => item.Name, ProcessorClass.Current);
        return options.Progress is { } progress ? ReportingObject.Around(objects, progress) : objects;
    }

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
        StagedObject[] staged = [.. Named(objects).Select((named, index) => new StagedObject(named.Item, staging.PathOf(named.Name), staging.Beside($"{index}")))];
        staging.EnsureSpace(staged.Aggregate(default(SpaceNeed), (sum, item) => sum + item.Prepare()));
        ContentDigest[] digests = await ForEachAsync(objects, async (index, turns, token) =>
        {
            ContentCheck check = await ContentCheck.ForAsync(objects[index], options, _retry, logger, token).ConfigureAwait(false);
            return await StageAsync(staged[index], check, turns, token).ConfigureAwait(false);
        }, cancellationToken).ConfigureAwait(false);
        return [.. Named(objects).Select((named, index) => new StoredFile(named.Name, named.Item.Length, digests[index].ToString()))];
    }

    /// <summary>Fetches single objects into memory.</summary>
    public Task ToMemoryAsync(IReadOnlyList<IRemoteObject> objects, MemoryFiles files, CancellationToken cancellationToken)
    {
        SafeFileHandle[] handles = [.. Named(objects).Select(named => files.Create(named.Name, named.Item.Length, null))];
        return ForEachAsync(objects, async (index, turns, token) =>
        {
            IRemoteObject item = objects[index];
            ContentCheck check = await ContentCheck.ForAsync(item, options, _retry, logger, token).ConfigureAwait(false);
            using var blocks = new BlockMap(item.Length);
            return await DownloadAsync(item, handles[index], blocks, check, turns, token).ConfigureAwait(false);
        }, cancellationToken);
    }

    /// <summary>Fetches an archive as a file beside the staged content, going on where an earlier process stopped.</summary>
    /// <returns>The archive, to be read from the disk; <see langword="null"/> where there is no room for it beside what it holds.</returns>
    public async Task<IRemoteObject?> KeepArchiveAsync(IRemoteObject archive, StagingFolder staging, CancellationToken cancellationToken)
    {
        var staged = new StagedObject(archive, staging.Beside("archive"), staging.Beside("archive"));
        if (!staging.TryEnsureSpace(staged.Prepare() + SpaceNeed.Of(archive.Length)))
        {
            return null;
        }

        ContentCheck check = await ContentCheck.ForAsync(archive, options, _retry, logger, cancellationToken).ConfigureAwait(false);
        using var turns = new SemaphoreSlim(options.Parallelism);
        ContentDigest digest = await StageAsync(staged, check, turns, cancellationToken).ConfigureAwait(false);
        return new FileObject(archive.Name, archive.Location, staged.Path, archive.Length, archive.Version, digest);
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
            await reader.ReadAsync(offset, bytes, cancellationToken).ConfigureAwait(false);
            return bytes;
        }, (long)options.MaxFiles * EntryWriter.NamesPerFile);
    }

    /// <summary>Brings many objects at a time, small ones beside each other, with no more connections than for one.</summary>
    private async Task<ContentDigest[]> ForEachAsync(
        IReadOnlyList<IRemoteObject> objects, Func<int, SemaphoreSlim, CancellationToken, Task<ContentDigest>> fetch, CancellationToken cancellationToken)
    {
        var digests = new ContentDigest[objects.Count];
        using var turns = new SemaphoreSlim(options.Parallelism);
        await Parallel.ForAsync(0, objects.Count, new ParallelOptions { MaxDegreeOfParallelism = options.Parallelism, CancellationToken = cancellationToken }, async (index, token) =>
            digests[index] = await fetch(index, turns, token).ConfigureAwait(false)).ConfigureAwait(false);
        return digests;
    }

    private async Task<ContentDigest> StageAsync(StagedObject staged, ContentCheck check, SemaphoreSlim turns, CancellationToken cancellationToken)
    {
        using var blocks = new BlockMap(staged.Item.Length, staged.Progress);
        using SafeFileHandle file = File.OpenHandle(staged.Path, FileMode.OpenOrCreate, FileAccess.ReadWrite);
        return await DownloadAsync(staged.Item, file, blocks, check, turns, cancellationToken).ConfigureAwait(false);
    }

    private async Task<ContentDigest> DownloadAsync(
        IRemoteObject item, SafeFileHandle file, BlockMap blocks, ContentCheck check, SemaphoreSlim turns, CancellationToken cancellationToken)
    {
        ContentDigest digest = await new ParallelDownload(item, options, turns, time, logger).RunAsync(file, blocks, check.Algorithm, cancellationToken).ConfigureAwait(false);
        if (RandomAccess.GetLength(file) is var length && length != item.Length)
        {
            throw new CorruptContentException($"{item.Location} came with {length:N0} bytes; it has {item.Length:N0}.");
        }

        check.Verify(digest);
        return digest;
    }

    private List<(IRemoteObject Item, string Name)> Named(IReadOnlyList<IRemoteObject> objects)
    {
        var named = new List<(IRemoteObject, string)>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (IRemoteObject item in objects)
        {
            string name = EntryName.Normalize(item.Name, description);
            named.Add(
                name.Length == 0 ? throw EntryName.Refuse(item.Name, description, "has no name")
                : names.Add(name) ? (item, name)
                : throw EntryName.Refuse(item.Name, description, "stands in it twice"));
        }

        return named;
    }
}
