using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;
using ServerlessInference.Models;
using ServerlessInference.Models.Transfer;
using ServerlessInference.Registration;
using ServerlessInference.Sessions;

namespace ServerlessInference.Packages;

/// <summary>Fetches a split package once per service container, and keeps its files in the store as long as the container lives.</summary>
internal sealed partial class SplitPackage(
    IServiceProvider services,
    SplitPackageOptions options,
    Func<IEnumerable<KeyValuePair<string, string>>, IDisposable>? assemblies,
    TimeProvider time,
    ILogger logger)
    : ISplitPackage, INativeLibraries, IDisposable
{
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _disposing = new();
    private Task<PackageContent>? _loading;
    private PackageContent? _content;
    private bool _disposed;

    public Task LoadAsync(CancellationToken cancellationToken = default) => LoadContentAsync().WaitAsync(cancellationToken);

    public string GetPath(string path) => Find(path).Path;

    public bool TryGetNativeLibrary(string name, [NotNullWhen(true)] out string? path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        IReadOnlyList<string> found = Loaded.Libraries.Find(name);
        path = found.Count > 0 ? found[0] : null;
        return path is not null;
    }

    /// <summary>Finds a path, and the version of the archive that contains it.</summary>
    /// <returns>The physical path; the version is <see langword="null"/> if the path is next to the program.</returns>
    public (string Path, string? Version) Find(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        PackageContent content = Loaded;
        string name = SplitPackageManifest.NormalizeMount(path);
        foreach (SplitPackageMount mount in content.Mounts)
        {
            if (mount.TryGetRest(name, out string rest) && Exists(Path.Combine(mount.Folder, rest)))
            {
                return (Path.Combine(mount.Folder, rest), mount.Version);
            }
        }

        string local = Path.Combine(AppContext.BaseDirectory, name);
        if (Exists(local))
        {
            return (local, null);
        }

        string mounts = content.Mounts.Count == 0
            ? "no archives"
            : string.Join(", ", content.Mounts.Select(mount => $"'{(mount.Path.Length == 0 ? "." : mount.Path)}'"));
        throw new ModelLoadException(
            $"'{path}' is neither in the split package {content.Manifest} nor next to the program ({local}). The package has {mounts}. " +
            "Correct the path, or split the package again with this model.");
    }

    /// <summary>
    /// Gets the URI that the manifest specifies for a model instead of an archive; <see langword="null"/> if there is none.
    /// </summary>
    public string? FindPointer(string path) => Loaded.Pointers.GetValueOrDefault(SplitPackageManifest.NormalizeMount(path));

    public IReadOnlyList<string> DescribeSearch(string library) =>
        Volatile.Read(ref _content)?.Libraries.DescribeSearch(library) ?? NativeLibraryReport.Describe(library);

    public void Dispose()
    {
        Task<PackageContent>? loading;
        lock (_gate)
        {
            if (_disposed)
            {
                return;
            }

            _disposed = true;
            loading = _loading;
        }

        _disposing.Cancel();
        _ = ReleaseAsync(loading);
    }

    private PackageContent Loaded => Volatile.Read(ref _content)
        ?? throw new InvalidOperationException(
            "The split package is not loaded yet. Wait for ISplitPackage.LoadAsync, or for the function's initialization.");

    private static bool Exists(string path) => File.Exists(path) || Directory.Exists(path);

    private Task<PackageContent> LoadContentAsync()
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, typeof(ISplitPackage));
            if (_loading is null or { IsFaulted: true } or { IsCanceled: true })
            {
                _loading = Task.Run(() => FetchAsync(_disposing.Token), CancellationToken.None);
            }

            return _loading;
        }
    }

    private async Task<PackageContent> FetchAsync(CancellationToken cancellationToken)
    {
        long start = time.GetTimestamp();
        (SplitPackageManifest manifest, string place) = await ManifestReader.ReadAsync(options, services, cancellationToken)
            .ConfigureAwait(false);
        var content = new PackageContent(place);
        try
        {
            string baseUri = options.BaseUri ?? PackageOrigin.FolderOf(place);
            var parallel = new ParallelOptions { MaxDegreeOfParallelism = options.Parallelism, CancellationToken = cancellationToken };
            await Parallel.ForEachAsync(
                manifest.Archives.Where(archive => archive.PointerUri is null).OrderByDescending(archive => archive.Size),
                parallel,
                async (archive, token) => content.Add(archive, await FetchAsync(archive, baseUri, token).ConfigureAwait(false)))
                .ConfigureAwait(false);
            content.Complete(manifest, assemblies);
            Volatile.Write(ref _content, content);
            double elapsed = time.GetElapsedTime(start).TotalMilliseconds;
            LogLoaded(logger, place, content.Mounts.Count, elapsed);
            return content;
        }
        catch
        {
            content.Dispose();
            throw;
        }
    }

    private async Task<ModelArtifact> FetchAsync(SplitPackageArchive archive, string baseUri, CancellationToken cancellationToken)
    {
        try
        {
            IModelSource source = ModelSourceResolver.Resolve(archive.GetSourceUri(baseUri), services);
            ModelArtifact artifact = await source.LoadAsync(cancellationToken).ConfigureAwait(false);
            if (artifact.Version == RemoteModelSource.GetPinnedVersion(archive.Sha256!))
            {
                return artifact;
            }

            artifact.Dispose();
            throw new ModelLoadException(
                $"{artifact.Source} does not verify the SHA-256 in the manifest. Use a source that does: s3:, https:, file: or layer:.");
        }
        catch (Exception exception) when (exception is ArgumentException or ModelLoadException)
        {
            throw new ModelLoadException(
                $"The split package's archive for '{archive.Mount}' cannot be fetched: {exception.Message}", exception);
        }
    }

    private async Task ReleaseAsync(Task<PackageContent>? loading)
    {
        if (loading is not null)
        {
            await ((Task)loading).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (loading.IsCompletedSuccessfully)
            {
                (await loading.ConfigureAwait(false)).Dispose();
            }
        }

        _disposing.Dispose();
    }

    [LoggerMessage(EventId = 45, Level = LogLevel.Information, Message = "Split package {Manifest}: {Count} archives in {ElapsedMs:0} ms")]
    private static partial void LogLoaded(ILogger logger, string manifest, int count, double elapsedMs);
}
