using Microsoft.Extensions.Logging;
using Microsoft.Win32.SafeHandles;
using ServerlessInference.Models.Archives;
using ServerlessInference.Models.Prepared;
using ServerlessInference.Models.Store;
using ServerlessInference.Shared;

namespace ServerlessInference.Models.Transfer;

/// <summary>Downloads the objects of one model into a directory or into memory, and verifies them.</summary>
internal sealed class RemoteFetch
{
    private readonly string _description;
    private readonly RemoteModelOptions _options;
    private readonly RetryStrategy _retry;
    private readonly TransientRetry _requests;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;

    public RemoteFetch(string description, RemoteModelOptions options, TimeProvider time, ILogger logger)
    {
        _description = description;
        _options = options;
        _time = time;
        _logger = logger;

        // When hundreds of functions start on one bucket and are throttled together, jitter keeps them from returning together.
        _retry = new RetryStrategy(
            options.MaxAttempts, firstPause: TimeSpan.FromMilliseconds(100), maxPause: TimeSpan.FromSeconds(5), random: options.Random);
        _requests = new TransientRetry(description, options.IdleTimeout, _retry, time);
    }

    public ArchiveKind GetArchiveKind(IReadOnlyList<IRemoteObject> objects) =>
        objects.Count != 1 ? ArchiveKind.None
        : _options.Archive != ArchiveKind.ByName ? _options.Archive
        : ArchiveNames.GetKind(objects[0].Name);

    /// <summary>Lists the objects of the model, except for models prepared for other processors.</summary>
    public async ValueTask<IReadOnlyList<IRemoteObject>> ListAsync(IRemoteModel model, CancellationToken cancellationToken)
    {
        IReadOnlyList<IRemoteObject> all = await _requests.RunAsync(model.ListAsync, cancellationToken).ConfigureAwait(false);
        IReadOnlyList<IRemoteObject> objects = PreparedSelection.Select(all, item => item.Name, ProcessorClass.Current);
        return _options.Progress is { } progress ? ReportingObject.Wrap(objects, progress) : objects;
    }

    /// <summary>Rejects a model that is too large, before any of its bytes are requested.</summary>
    public void CheckLimits(IReadOnlyList<IRemoteObject> objects)
    {
        long total = objects.Sum(item => item.Length);
        if (total > _options.MaxBytes || objects.Count > _options.MaxFiles)
        {
            throw new ModelLoadException(
                $"{_description} has {objects.Count:N0} objects with {total:N0} bytes; MaxFiles allows {_options.MaxFiles:N0} and " +
                $"MaxBytes {_options.MaxBytes:N0}. Name the model's own object or folder, or raise the limit.");
        }
    }

    /// <summary>Downloads individual objects into the staging directory, and resumes what an earlier process has begun.</summary>
    public async Task<IReadOnlyList<StoredFile>> FetchToFolderAsync(
        IReadOnlyList<IRemoteObject> objects, StagingFolder staging, CancellationToken cancellationToken)
    {
        List<string> names = ValidateNames(objects);
        StagedObject[] staged =
        [
            .. objects.Select((item, index) => new StagedObject(item, staging.CreatePath(names[index]), staging.GetStatePath($"{index}"))),
        ];
        staging.EnsureSpace(staged.Aggregate(default(SpaceNeed), (sum, item) => sum + item.Prepare()));
        ContentDigest[] digests = await ForEachAsync(objects, async (index, connections, token) =>
        {
            ContentCheck check = await CreateCheckAsync(objects[index], token).ConfigureAwait(false);
            return await StageAsync(staged[index], check, connections, token).ConfigureAwait(false);
        }, cancellationToken).ConfigureAwait(false);
        return [.. objects.Select((item, index) => new StoredFile(names[index], item.Length, digests[index].ToString()))];
    }

    /// <summary>Downloads individual objects into memory.</summary>
    public Task FetchToMemoryAsync(IReadOnlyList<IRemoteObject> objects, MemoryFiles files, CancellationToken cancellationToken)
    {
        List<string> names = ValidateNames(objects);
        SafeFileHandle[] handles = [.. objects.Select((item, index) => files.Create(names[index], item.Length, null))];
        return ForEachAsync(objects, async (index, connections, token) =>
        {
            IRemoteObject item = objects[index];
            ContentCheck check = await CreateCheckAsync(item, token).ConfigureAwait(false);
            using var blocks = new BlockMap(item.Length);
            return await DownloadAsync(item, handles[index], blocks, check, connections, token).ConfigureAwait(false);
        }, cancellationToken);
    }

    /// <summary>Downloads an archive into a file next to the staged content, and resumes what an earlier process has begun.</summary>
    /// <returns>The archive on disk; <see langword="null"/> if there is no space for both the archive and its content.</returns>
    public async Task<IRemoteObject?> TryDownloadArchiveAsync(
        IRemoteObject archive, StagingFolder staging, CancellationToken cancellationToken)
    {
        string path = staging.GetStatePath("archive");
        var staged = new StagedObject(archive, path, path);
        if (!staging.TryEnsureSpace(staged.Prepare() + SpaceNeed.ForNewFiles(archive.Length)))
        {
            return null;
        }

        ContentCheck check = await CreateCheckAsync(archive, cancellationToken).ConfigureAwait(false);
        using var connections = new SemaphoreSlim(_options.Parallelism);
        ContentDigest digest = await StageAsync(staged, check, connections, cancellationToken).ConfigureAwait(false);
        return new FileObject(archive.Name, archive.Location, staged.Path, archive.Length, archive.Version, digest);
    }

    /// <summary>Extracts an archive while it is being downloaded.</summary>
    /// <returns>The files, and the digest of the archive.</returns>
    public async Task<(IReadOnlyList<StoredFile> Files, ContentDigest Digest)> ExtractAsync(
        IRemoteObject archive, ArchiveKind kind, IExtractionTarget target, CancellationToken cancellationToken)
    {
        ContentCheck check = await CreateCheckAsync(archive, cancellationToken).ConfigureAwait(false);
        List<ZipEntry> entries =
            kind == ArchiveKind.Zip ? await ReadZipDirectoryAsync(archive, cancellationToken).ConfigureAwait(false) : [];
        var limits = new ExtractionLimits(_options.Entry, _options.MaxBytes, _options.MaxFiles);
        var writer = new EntryWriter(archive.Location, limits, target);
        var stream = new ReadAheadStream(archive, _options, check.Algorithm, _retry, _time, _logger, cancellationToken);
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

    private Task<ContentCheck> CreateCheckAsync(IRemoteObject item, CancellationToken cancellationToken) =>
        ContentCheck.CreateAsync(item, _options, _requests, _logger, cancellationToken);

    private Task<List<ZipEntry>> ReadZipDirectoryAsync(IRemoteObject archive, CancellationToken cancellationToken)
    {
        if (!archive.AcceptsRanges)
        {
            throw new ModelLoadException(
                $"{archive.Location} is a zip archive, whose directory is at its end, and the server does not support ranges to read " +
                "that first. Pack the model as tar.gz, or use a server that supports ranges.");
        }

        var reader = new RangeReader(archive, _options.IdleTimeout, _retry, _time, _logger);
        return ZipDirectory.ReadAsync(archive.Location, archive.Length, async (offset, length) =>
        {
            byte[] bytes = GC.AllocateUninitializedArray<byte>(length);
            await reader.ReadAsync(offset, bytes, cancellationToken).ConfigureAwait(false);
            return bytes;
        }, (long)_options.MaxFiles * EntryWriter.NamesPerFile);
    }

    /// <summary>Downloads several objects at a time. All of them share the connections that one object would have.</summary>
    private async Task<ContentDigest[]> ForEachAsync(
        IReadOnlyList<IRemoteObject> objects,
        Func<int, SemaphoreSlim, CancellationToken, Task<ContentDigest>> fetch,
        CancellationToken cancellationToken)
    {
        var digests = new ContentDigest[objects.Count];
        using var connections = new SemaphoreSlim(_options.Parallelism);
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = _options.Parallelism, CancellationToken = cancellationToken };
        await Parallel.ForAsync(0, objects.Count, parallel, async (index, token) =>
            digests[index] = await fetch(index, connections, token).ConfigureAwait(false)).ConfigureAwait(false);
        return digests;
    }

    private async Task<ContentDigest> StageAsync(
        StagedObject staged, ContentCheck check, SemaphoreSlim connections, CancellationToken cancellationToken)
    {
        using var blocks = new BlockMap(staged.Item.Length, staged.ProgressPath);
        using SafeFileHandle file = File.OpenHandle(staged.Path, FileMode.OpenOrCreate, FileAccess.ReadWrite);
        return await DownloadAsync(staged.Item, file, blocks, check, connections, cancellationToken).ConfigureAwait(false);
    }

    private async Task<ContentDigest> DownloadAsync(
        IRemoteObject item,
        SafeFileHandle file,
        BlockMap blocks,
        ContentCheck check,
        SemaphoreSlim connections,
        CancellationToken cancellationToken)
    {
        var download = new ParallelDownload(item, _options, connections, _retry, _time, _logger);
        ContentDigest digest = await download.RunAsync(file, blocks, check.Algorithm, cancellationToken).ConfigureAwait(false);
        if (RandomAccess.GetLength(file) is var length && length != item.Length)
        {
            throw new CorruptContentException($"{item.Location} arrived with {length:N0} bytes; {item.Length:N0} were expected.");
        }

        check.Verify(digest);
        return digest;
    }

    private List<string> ValidateNames(IReadOnlyList<IRemoteObject> objects)
    {
        var names = new List<string>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (IRemoteObject item in objects)
        {
            string name = EntryName.Normalize(item.Name, _description);
            names.Add(
                name.Length == 0 ? throw EntryName.Reject(item.Name, _description, "has no name")
                : seen.Add(name) ? name
                : throw EntryName.Reject(item.Name, _description, "occurs twice"));
        }

        return names;
    }
}
