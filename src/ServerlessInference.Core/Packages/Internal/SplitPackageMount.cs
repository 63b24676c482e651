namespace ServerlessInference.Packages;

/// <summary>An unpacked archive.</summary>
/// <param name="Path">The mount path; empty for the root of the package.</param>
/// <param name="Folder">The directory with its content.</param>
/// <param name="Version">The version: the beginning of its SHA-256.</param>
/// <param name="Files">The names within the archive, and the paths of the files.</param>
internal sealed record SplitPackageMount(string Path, string Folder, string Version, IReadOnlyList<KeyValuePair<string, string>> Files)
{
    /// <summary>Gets the rest of a path within this archive: <c>labels.txt</c> for <c>models/resnet50/labels.txt</c>.</summary>
    public bool TryGetRest(string path, out string rest)
    {
        rest = Path.Length == 0 ? path
            : path.Length > Path.Length && path[Path.Length] == '/' ? path[(Path.Length + 1)..]
            : string.Empty;
        return Path.Length == 0 || path == Path || (rest.Length > 0 && path.StartsWith(Path, StringComparison.Ordinal));
    }
}
