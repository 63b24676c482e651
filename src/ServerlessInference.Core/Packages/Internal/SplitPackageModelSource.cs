using ServerlessInference.Models;
using ServerlessInference.Registration;

namespace ServerlessInference.Packages;

/// <summary>A model in a split package: in an archive, behind a pointer that the manifest names, or beside the program where it stayed there.</summary>
internal sealed class SplitPackageModelSource(SplitPackage package, string path, IServiceProvider services) : IModelSource
{
    public const string Scheme = "package";

    private readonly Lock _gate = new();
    private IModelSource? _pointed;

    public string Description { get; } = $"{Scheme}:{path}";

    public async ValueTask<string> GetVersionAsync(CancellationToken cancellationToken = default)
    {
        await package.LoadAsync(cancellationToken).ConfigureAwait(false);
        if (Pointed() is { } source)
        {
            return await source.GetVersionAsync(cancellationToken).ConfigureAwait(false);
        }

        (string place, string? version) = package.Find(path);
        return version ?? await new FileSystemModelSource(place, Scheme).GetVersionAsync(cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask<ModelArtifact> LoadAsync(CancellationToken cancellationToken = default)
    {
        await package.LoadAsync(cancellationToken).ConfigureAwait(false);
        if (Pointed() is { } source)
        {
            return await source.LoadAsync(cancellationToken).ConfigureAwait(false);
        }

        (string place, string? version) = package.Find(path);
        ModelArtifact files = await new FileSystemModelSource(place, Scheme).LoadAsync(cancellationToken).ConfigureAwait(false);

        // The files stay as long as the package is held, so the artifact owns nothing.
        return new ModelArtifact(Description, version ?? files.Version, files.Files);
    }

    private IModelSource? Pointed()
    {
        if (package.PointerOf(path) is not { } uri)
        {
            return null;
        }

        lock (_gate)
        {
            return _pointed ??= ModelSourceResolver.Resolve(uri, services);
        }
    }
}
