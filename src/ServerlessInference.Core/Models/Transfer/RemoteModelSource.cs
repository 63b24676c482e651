using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using ServerlessInference.Models.Archives;
using ServerlessInference.Models.Store;

namespace ServerlessInference.Models.Transfer;

/// <summary>A model on a server. It is downloaded, verified, and kept in the store or in memory.</summary>
/// <remarks>
/// <para>The protocol is an <see cref="IRemoteModel"/>. Everything else is the same for all protocols: parallel downloads, retries,
/// digests, archives, and the store. Thread-safe.</para>
/// <para>Design: docs/architecture/model-sources.md.</para>
/// </remarks>
public sealed partial class RemoteModelSource : IModelSource
{
    /// <summary>How often an archive is extracted while it is being downloaded, which cannot be resumed.</summary>
    /// <remarks>
    /// A function can be stopped at the end of its init phase and again at its timeout. If both have happened, the archive takes more time
    /// than one process has. It is then downloaded to a file first, which the next process can resume.
    /// </remarks>
    private const int MaxStreamingAttempts = 2;

    private readonly IRemoteModel _model;
    private readonly RemoteModelOptions _options;
    private readonly RemoteFetch _fetch;
    private readonly ModelStore _store;
    private readonly ILogger _logger;

    /// <summary>Creates a source.</summary>
    /// <param name="model">The model on the server.</param>
    /// <param name="options">How it is downloaded; do not change the options afterwards. <see langword="null"/> for the defaults.</param>
    /// <param name="store">Where it is kept; <see langword="null"/> for the defaults.</param>
    /// <param name="timeProvider">The clock for timeouts and pauses; <see langword="null"/> for the system clock.</param>
    /// <param name="logger">Receives retries, missing digests and stored models; may be <see langword="null"/>.</param>
    /// <exception cref="ArgumentException">An option is out of range, or a SHA-256 is pinned for a folder.</exception>
    public RemoteModelSource(
        IRemoteModel model,
        RemoteModelOptions? options = null,
        ModelStoreOptions? store = null,
        TimeProvider? timeProvider = null,
        ILogger<RemoteModelSource>? logger = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        _model = model;
        _options = options ?? new RemoteModelOptions();
        _options.Validate(model.Description);
        if (_options.Sha256 is not null && model.ObjectName is null)
        {
            throw new ArgumentException(
                $"{model.Description} is a folder, but a SHA-256 pins a single object. Pack the folder, or name the object.",
                nameof(options));
        }

        TimeProvider time = timeProvider ?? TimeProvider.System;
        _logger = logger ?? (ILogger)NullLogger.Instance;
        _fetch = new RemoteFetch(model.Description, _options, time, _logger);
        _store = new ModelStore(store ?? new ModelStoreOptions(), time, _logger);
    }

    /// <inheritdoc/>
    public string Description => _model.Description;

    /// <summary>Creates a source with the store options, clock, logger and progress receiver that are registered.</summary>
    internal static RemoteModelSource Create(IServiceProvider services, IRemoteModel model, RemoteModelOptions options)
    {
        options.Progress = services.GetService<IProgress<TransferProgress>>();
        return new RemoteModelSource(
            model,
            options,
            services.GetService<IOptions<ModelStoreOptions>>()?.Value,
            services.GetService<TimeProvider>(),
            services.GetService<ILoggerFactory>()?.CreateLogger<RemoteModelSource>());
    }

    /// <inheritdoc/>
    public async ValueTask<string> GetVersionAsync(CancellationToken cancellationToken = default) =>
        PinnedVersion ?? GetVersion(await _fetch.ListAsync(_model, cancellationToken).ConfigureAwait(false));

    /// <inheritdoc/>
    public async ValueTask<ModelArtifact> LoadAsync(CancellationToken cancellationToken = default)
    {
        for (bool isLastAttempt = false; ; isLastAttempt = true)
        {
            try
            {
                return _options.InMemory
                    ? await LoadIntoMemoryAsync(cancellationToken).ConfigureAwait(false)
                    : await LoadIntoStoreAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (ModelLoadException exception) when (!isLastAttempt && exception is ModelChangedException or CorruptContentException)
            {
                LogDownloadingAgain(_logger, exception.Message);
            }
        }
    }

    // The version of a pinned model is known without a request, and is the same for every location of the model.
    private string? PinnedVersion => _options.Sha256 is { } pinned ? GetPinnedVersion(pinned) : null;

    /// <summary>Gets the version of a model with a pinned SHA-256.</summary>
    internal static string GetPinnedVersion(string sha256) => "sha256-" + sha256[..16].ToLowerInvariant();

    private static string GetVersion(IReadOnlyList<IRemoteObject> objects) =>
        objects.Count == 1 ? objects[0].Version : ComputeKey(DescribeContent(objects));

    private async Task<ModelArtifact> LoadIntoStoreAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<IRemoteObject>? objects =
            PinnedVersion is null ? await _fetch.ListAsync(_model, cancellationToken).ConfigureAwait(false) : null;
        string version = PinnedVersion ?? GetVersion(objects!);
        string content = objects is null ? $"{_model.ObjectName} {_options.Sha256!.ToLowerInvariant()}" : DescribeContent(objects);
        string key = ComputeKey($"{content}\n{_options.Archive} {_options.Entry}");
        StoredModel stored = await _store.GetOrAddAsync(key, Description, _options.Sha256, async (staging, token) =>
        {
            objects ??= await _fetch.ListAsync(_model, token).ConfigureAwait(false);
            return await FetchAsync(objects, version, staging, token).ConfigureAwait(false);
        }, cancellationToken).ConfigureAwait(false);
        IReadOnlyList<StoredFile> files = stored.Manifest.Files;
        string folder = FindFolderToStrip(isArchive: stored.Manifest.Digest is not null, files.Select(file => file.Name));
        return new ModelArtifact(
            Description,
            version,
            files.Select(file => ModelFile.Owned(RemovePrefix(folder, file.Name), stored.GetPath(file), file.Length)),
            stored);
    }

    private async Task<StoreManifest> FetchAsync(
        IReadOnlyList<IRemoteObject> objects, string version, StagingFolder staging, CancellationToken cancellationToken)
    {
        _fetch.CheckLimits(objects);
        ArchiveKind kind = _fetch.GetArchiveKind(objects);
        try
        {
            if (kind != ArchiveKind.None)
            {
                return await FetchArchiveAsync(objects[0], kind, version, staging, cancellationToken).ConfigureAwait(false);
            }

            IReadOnlyList<StoredFile> files = await _fetch.FetchToFolderAsync(objects, staging, cancellationToken).ConfigureAwait(false);
            return CreateManifest(version, null, files);
        }
        catch (ModelLoadException exception) when (exception is CorruptContentException or ModelChangedException)
        {
            staging.Reset();
            throw;
        }
    }

    /// <summary>
    /// Extracts an archive while it arrives; one that was broken off twice is kept first, so that every further process gets ahead.
    /// </summary>
    private async Task<StoreManifest> FetchArchiveAsync(
        IRemoteObject archive, ArchiveKind kind, string version, StagingFolder staging, CancellationToken cancellationToken)
    {
        if (staging.BeginAttempt() >= MaxStreamingAttempts)
        {
            staging.ClearContent();
            if (await _fetch.TryDownloadArchiveAsync(archive, staging, cancellationToken).ConfigureAwait(false) is { } downloaded)
            {
                try
                {
                    return await ExtractAsync(downloaded).ConfigureAwait(false);
                }
                catch (ModelLoadException exception) when (exception is not (CorruptContentException or ModelChangedException))
                {
                    // Usually there is not enough space for the content in addition to the archive. Streaming needs less, so it gets
                    // another chance.
                    LogDownloadingAgain(_logger, exception.Message);
                }
            }

            staging.Reset();
            staging.BeginAttempt();
        }

        staging.ClearContent();
        try
        {
            return await ExtractAsync(archive).ConfigureAwait(false);
        }
        catch (ModelLoadException)
        {
            staging.Reset(); // extraction cannot be resumed
            throw;
        }

        async Task<StoreManifest> ExtractAsync(IRemoteObject source)
        {
            (IReadOnlyList<StoredFile> files, ContentDigest digest) =
                await _fetch.ExtractAsync(source, kind, new FolderTarget(staging), cancellationToken).ConfigureAwait(false);
            return CreateManifest(version, digest.ToString(), files);
        }
    }

    private StoreManifest CreateManifest(string version, string? digest, IReadOnlyList<StoredFile> files) =>
        new(StoreManifest.CurrentFormat, Description, version, digest, files);

    private async Task<ModelArtifact> LoadIntoMemoryAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<IRemoteObject> objects = await _fetch.ListAsync(_model, cancellationToken).ConfigureAwait(false);
        _fetch.CheckLimits(objects);
        ArchiveKind kind = _fetch.GetArchiveKind(objects);
        var files = new MemoryFiles();
        try
        {
            if (kind == ArchiveKind.None)
            {
                await _fetch.FetchToMemoryAsync(objects, files, cancellationToken).ConfigureAwait(false);
            }
            else
            {
                await _fetch.ExtractAsync(objects[0], kind, files, cancellationToken).ConfigureAwait(false);
            }

            List<ModelFile> inMemory = [.. files.ToModelFiles()];
            string folder = FindFolderToStrip(isArchive: kind != ArchiveKind.None, inMemory.Select(file => file.Name));
            return new ModelArtifact(
                Description,
                PinnedVersion ?? GetVersion(objects),
                inMemory.Select(file => ModelFile.Owned(RemovePrefix(folder, file.Name), file.PhysicalPath!, file.Length)),
                files);
        }
        catch
        {
            files.Dispose();
            throw;
        }
    }

    private string FindFolderToStrip(bool isArchive, IEnumerable<string> names) =>
        isArchive && !_options.KeepFolder ? ArchiveNames.FindCommonFolder([.. names]) : string.Empty;

    private static string RemovePrefix(string prefix, string name) =>
        name.StartsWith(prefix, StringComparison.Ordinal) ? name[prefix.Length..] : name;

    private static string DescribeContent(IReadOnlyList<IRemoteObject> objects) => string.Join(
        '\n', objects.Select(item => $"{item.Name}\t{item.Location}\t{item.Version}\t{item.Length}").Order(StringComparer.Ordinal));

    private static string ComputeKey(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 16));

    [LoggerMessage(EventId = 42, Level = LogLevel.Warning, Message = "The model is downloaded once more: {Reason}")]
    private static partial void LogDownloadingAgain(ILogger logger, string reason);
}
