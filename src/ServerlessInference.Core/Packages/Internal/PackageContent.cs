using ServerlessInference.Models;

namespace ServerlessInference.Packages;

/// <summary>The unpacked archives of a split package. They are kept in the store until this object is disposed.</summary>
/// <param name="manifest">The path or URI of the manifest.</param>
internal sealed class PackageContent(string manifest) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly List<ModelArtifact> _artifacts = [];
    private readonly List<SplitPackageMount> _mounts = [];
    private IDisposable? _assemblies;

    public string Manifest => manifest;

    /// <summary>Gets the archives, the most specific mount path first.</summary>
    public List<SplitPackageMount> Mounts => _mounts;

    public Dictionary<string, string> Pointers { get; } = new(StringComparer.Ordinal);

    public NativeLibraries Libraries { get; private set; } = null!;

    public void Add(SplitPackageArchive archive, ModelArtifact artifact)
    {
        ModelFile first = artifact.Files.First();
        lock (_gate)
        {
            _artifacts.Add(artifact);
            if (first.PhysicalPath?.EndsWith(first.Name, StringComparison.Ordinal) != true)
            {
                throw new ModelLoadException(
                    $"The split package's archive for '{archive.Mount}' is in memory and not in the store. Remove 'memory' from its URI, " +
                    "or use another kind of source.");
            }

            _mounts.Add(new SplitPackageMount(
                SplitPackageManifest.NormalizeMount(archive.Mount),
                first.PhysicalPath![..^first.Name.Length],
                artifact.Version,
                [.. artifact.Files.Select(file => KeyValuePair.Create(file.Name, file.PhysicalPath!))]));
        }
    }

    public void Complete(SplitPackageManifest description, Func<IEnumerable<KeyValuePair<string, string>>, IDisposable>? assemblies)
    {
        _mounts.Sort((left, right) => right.Path.Length - left.Path.Length);
        foreach (SplitPackageArchive archive in description.Archives.Where(archive => archive.PointerUri is not null))
        {
            Pointers.Add(SplitPackageManifest.NormalizeMount(archive.Mount), archive.PointerUri!);
        }

        foreach (SplitPackageMount mount in _mounts.Where(mount => mount.Path.StartsWith('/')))
        {
            MountLink.Create(mount.Path, mount.Folder);
        }

        Libraries = new NativeLibraries(_mounts.SelectMany(mount => mount.Files).Select(file => file.Value));
        _assemblies = assemblies?.Invoke(_mounts.SelectMany(mount => mount.Files));
    }

    public void Dispose()
    {
        Libraries?.Dispose();
        _assemblies?.Dispose();
        lock (_gate)
        {
            _artifacts.ForEach(artifact => artifact.Dispose());
        }
    }
}
