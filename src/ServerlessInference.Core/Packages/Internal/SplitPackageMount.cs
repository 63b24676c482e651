namespace ServerlessInference.Packages;

/// <summary>An archive in its place.</summary>
/// <param name="Path">Its mount path; empty for the package's root.</param>
/// <param name="Folder">Where its content lies.</param>
/// <param name="Version">What tells it from another: the beginning of its SHA-256.</param>
/// <param name="Files">Names inside the archive, and where the files lie.</param>
internal sealed record SplitPackageMount(string Path, string Folder, string Version, IReadOnlyList<KeyValuePair<string, string>> Files)
{
    /// <summary>Gives the rest of a path that lies in this archive: <c>labels.txt</c> of <c>models/resnet50/labels.txt</c>.</summary>
    public bool TryGetRest(string path, out string rest)
    {
        rest = Path.Length == 0 ? path : path.Length > Path.Length && path[Path.Length] == '/' ? path[(Path.Length + 1)..] : string.Empty;
        return Path.Length == 0 || path == Path || (rest.Length > 0 && path.StartsWith(Path, StringComparison.Ordinal));
    }
}
