using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using ServerlessInference.Models.Archives;
using ServerlessInference.Models.Store;

namespace ServerlessInference.Models.Transfer;

/// <summary>A model that lies remotely: fetched, verified, and kept in the store or in memory.</summary>
/// <remarks>
/// <para>What a protocol brings is an <see cref="IRemoteModel"/>; everything else is the same for all: parallel ranges, retries, digests,
/// archives, the store. Thread-safe.</para>
/// <para>Design: docs/architecture/model-sources.md.</para>
/// </remarks>
public sealed partial class RemoteModelSource : IModelSource
{
    /// <summary>A function is stopped once at the end of the init phase and again at its timeout: then an archive needs more time than there is in one go.</summary>
    private const int AttemptsInOneGo = 2;

    private readonly IRemoteModel _model;
    private readonly RemoteModelOptions _options;
    private readonly RemoteFetch _fetch;
    private readonly ModelStore _store;
    private readonly ILogger _logger;

    /// <summary>Creates a source.</summary>
    /// <param name="model">Where the model lies.</param>
    /// <param name="options">How it is fetched; read now, and not changed afterwards.</param>
    /// <param name="store">Where it is kept; <see langword="null"/> takes the defaults.</param>
    /// <param name="timeProvider">The clock of timeouts and pauses; <see langword="null"/> for the system's.</param>
    /// <param name="logger">Hears of retries, missing digests and what was published; may be <see langword="null"/>.</param>
    /// <exception cref="ArgumentException">A setting is out of its bounds, or a SHA-256 is pinned for a folder.</exception>
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
            throw new ArgumentException($"{model.Description} is a folder, and a SHA-256 pins one object. Pack the folder, or name the object.", nameof(options));
        }

        TimeProvider time = timeProvider ?? TimeProvider.System;
        _logger = logger ?? (ILogger)NullLogger.Instance;
        _fetch = new RemoteFetch(model.Description, _options, time, _logger);
        _store = new ModelStore(store ?? new ModelStoreOptions(), time, _logger);
    }

    /// <inheritdoc/>
    public string Description => _model.Description;

    /// <summary>Creates a source with what the container has: the store's options, the clock, the log.</summary>
    /// <param name="services">The container.</param>
    /// <param name="model">Where the model lies.</param>
    /// <param name="options">How it is fetched.</param>
    /// <returns>The source.</returns>
    /// <remarks>An <see cref="IProgress{T}"/> of <see cref="TransferProgress"/> in the container hears of every piece that arrives, from several threads at once.</remarks>
    public static RemoteModelSource Create(IServiceProvider services, IRemoteModel model, RemoteModelOptions options)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(options);
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
        PinnedVersion ?? VersionOf(await _fetch.ListAsync(_model, cancellationToken).ConfigureAwait(false));

    /// <inheritdoc/>
    public async ValueTask<ModelArtifact> LoadAsync(CancellationToken cancellationToken = default)
    {
        for (bool last = false; ; last = true)
        {
            try
            {
                return _options.InMemory
                    ? await LoadIntoMemoryAsync(cancellationToken).ConfigureAwait(false)
                    : await LoadIntoStoreAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (ModelLoadException exception) when (!last && (exception is ModelChangedException or CorruptContentException))
            {
                LogAgain(_logger, exception.Message);
            }
        }
    }

    // A pinned model is known without asking anybody, and the same wherever it comes from.
    private string? PinnedVersion => _options.Sha256 is { } pinned ? VersionOf(pinned) : null;

    /// <summary>Gives the version of whatever has a pinned SHA-256.</summary>
    internal static string VersionOf(string sha256) => "sha256-" + sha256[..16].ToLowerInvariant();

    private static string VersionOf(IReadOnlyList<IRemoteObject> objects) => objects.Count == 1 ? objects[0].Version : Digest(Identity(objects));

    private async Task<ModelArtifact> LoadIntoStoreAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<IRemoteObject>? objects = PinnedVersion is null ? await _fetch.ListAsync(_model, cancellationToken).ConfigureAwait(false) : null;
        string version = PinnedVersion ?? VersionOf(objects!);
        string content = objects is null ? $"{_model.ObjectName} {_options.Sha256!.ToLowerInvariant()}" : Identity(objects);
        string key = Digest($"{content}\n{_options.Archive} {_options.Entry}");
        StoredModel stored = await _store.GetOrAddAsync(key, Description, async (staging, token) =>
        {
            objects ??= await _fetch.ListAsync(_model, token).ConfigureAwait(false);
            return await FetchAsync(objects, version, staging, token).ConfigureAwait(false);
        }, cancellationToken).ConfigureAwait(false);
        string folder = stored.Manifest.Digest is null || _options.KeepFolder ? string.Empty : ArchiveNames.CommonFolder([.. stored.Manifest.Files.Select(file => file.Name)]);
        return new ModelArtifact(
            Description, version, stored.Manifest.Files.Select(file => ModelFile.OnDisk(Below(folder, file.Name), stored.PathOf(file), file.Length)), stored);
    }

    private async Task<StoreManifest> FetchAsync(IReadOnlyList<IRemoteObject> objects, string version, StagingFolder staging, CancellationToken cancellationToken)
    {
        _fetch.CheckLimits(objects);
        ArchiveKind kind = _fetch.KindOf(objects);
        try
        {
            return kind == ArchiveKind.None
                ? Manifest(version, null, await _fetch.ToFolderAsync(objects, staging, cancellationToken).ConfigureAwait(false))
                : await FetchArchiveAsync(objects[0], kind, version, staging, cancellationToken).ConfigureAwait(false);
        }
        catch (ModelLoadException exception) when (exception is CorruptContentException or ModelChangedException)
        {
            staging.Reset();
            throw;
        }
    }

    /// <summary>Extracts an archive while it arrives; one that was broken off twice is kept first, so that every further process gets ahead.</summary>
    private async Task<StoreManifest> FetchArchiveAsync(IRemoteObject archive, ArchiveKind kind, string version, StagingFolder staging, CancellationToken cancellationToken)
    {
        if (staging.BeginAttempt() >= AttemptsInOneGo)
        {
            staging.ClearContent();
            if (await _fetch.KeepArchiveAsync(archive, staging, cancellationToken).ConfigureAwait(false) is { } kept)
            {
                try
                {
                    return await ExtractAsync(kept).ConfigureAwait(false);
                }
                catch (ModelLoadException exception) when (exception is not (CorruptContentException or ModelChangedException))
                {
                    // Most often its files need more room than it left beside itself.
                    LogAgain(_logger, exception.Message);
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
            staging.Reset(); // nothing of it can be gone on with
            throw;
        }

        async Task<StoreManifest> ExtractAsync(IRemoteObject source)
        {
            (IReadOnlyList<StoredFile> files, ContentDigest digest) =
                await _fetch.ExtractAsync(source, kind, new FolderTarget(staging), cancellationToken).ConfigureAwait(false);
            return Manifest(version, digest.ToString(), files);
        }
    }

    private StoreManifest Manifest(string version, string? digest, IReadOnlyList<StoredFile> files) =>
        new(StoreManifest.CurrentFormat, Description, version, digest, files);

    private async Task<ModelArtifact> LoadIntoMemoryAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<IRemoteObject> objects = await _fetch.ListAsync(_model, cancellationToken).ConfigureAwait(false);
        _fetch.CheckLimits(objects);
        ArchiveKind kind = _fetch.KindOf(objects);
        var files = new MemoryFiles();
        try
        {
            if (kind == ArchiveKind.None)
            {
                await _fetch.ToMemoryAsync(objects, files, cancellationToken).ConfigureAwait(false);
            }
            else
            {
                await _fetch.ExtractAsync(objects[0], kind, files, cancellationToken).ConfigureAwait(false);
            }

            List<ModelFile> named = [.. files.ToModelFiles()];
            string folder = kind == ArchiveKind.None || _options.KeepFolder ? string.Empty : ArchiveNames.CommonFolder([.. named.Select(file => file.Name)]);
            return new ModelArtifact(
                Description,
                PinnedVersion ?? VersionOf(objects),
                named.Select(file => ModelFile.OnDisk(Below(folder, file.Name), file.PhysicalPath!, file.Length)),
                files);
        }
        catch
        {
            files.Dispose();
            throw;
        }
    }

    private static string Below(string folder, string name) => name.StartsWith(folder, StringComparison.Ordinal) ? name[folder.Length..] : name;

    private static string Identity(IReadOnlyList<IRemoteObject> objects) =>
        string.Join('\n', objects.Select(item => $"{item.Name}\t{item.Location}\t{item.Version}\t{item.Length}").Order(StringComparer.Ordinal));

    private static string Digest(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 16));

    [LoggerMessage(EventId = 42, Level = LogLevel.Warning, Message = "The model is fetched once more: {Reason}")]
    private static partial void LogAgain(ILogger logger, string reason);
}
