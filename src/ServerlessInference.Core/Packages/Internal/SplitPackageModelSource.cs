using ServerlessInference.Models;
using ServerlessInference.Registration;

namespace ServerlessInference.Packages;

/// <summary>
/// A model in a split package: in an archive, at a pointer in the manifest, or next to the program if it was not split off.
/// </summary>
internal sealed class SplitPackageModelSource(SplitPackage package, string path, IServiceProvider services) : IModelSource
{
    public const string Scheme = "package";

    private readonly Lock _gate = new();
    private IModelSource? _pointed;

    public string Description { get; } = $"{Scheme}:{path}";

    public async ValueTask<string> GetVersionAsync(CancellationToken cancellationToken = default)
    {
        await package.LoadAsync(cancellationToken).ConfigureAwait(false);
        if (GetPointedSource() is { } source)
        {
            return await source.GetVersionAsync(cancellationToken).ConfigureAwait(false);
        }

        (string place, string? version) = package.Find(path);
        return version ?? await new FileSystemModelSource(place, Scheme).GetVersionAsync(cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask<ModelArtifact> LoadAsync(CancellationToken cancellationToken = default)
    {
        await package.LoadAsync(cancellationToken).ConfigureAwait(false);
        if (GetPointedSource() is { } source)
        {
            return await source.LoadAsync(cancellationToken).ConfigureAwait(false);
        }

        (string place, string? version) = package.Find(path);
        ModelArtifact files = await new FileSystemModelSource(place, Scheme).LoadAsync(cancellationToken).ConfigureAwait(false);

        // The package keeps the files, so the artifact has nothing to release.
        return new ModelArtifact(Description, version ?? files.Version, files.Files);
    }

    private IModelSource? GetPointedSource()
    {
        if (package.FindPointer(path) is not { } uri)
        {
            return null;
        }

        lock (_gate)
        {
            return _pointed ??= ModelSourceResolver.Resolve(uri, services);
        }
    }
}
