namespace ServerlessInference.Models.Archives;

/// <summary>What names say about archives and the files in them.</summary>
internal static class ArchiveNames
{
    /// <summary>Where SageMaker keeps a model's own Python code in its <c>model.tar.gz</c>; the model's files stand beside it.</summary>
    private const string CodeFolder = "code/";

    public static ArchiveKind KindOf(string name) =>
        name.EndsWith(".zip", StringComparison.OrdinalIgnoreCase) ? ArchiveKind.Zip
        : name.EndsWith(".tar", StringComparison.OrdinalIgnoreCase) ? ArchiveKind.Tar
        : name.EndsWith(".tar.gz", StringComparison.OrdinalIgnoreCase) || name.EndsWith(".tgz", StringComparison.OrdinalIgnoreCase) ? ArchiveKind.TarGzip
        : ArchiveKind.None;

    /// <summary>Finds the one folder that all files of the model are in, as when a folder rather than its content was packed.</summary>
    /// <returns>The folder with its slash; empty where there is none, or where a name would stand twice without it.</returns>
    public static string CommonFolder(IReadOnlyCollection<string> names)
    {
        string? common = null;
        foreach (string name in names)
        {
            if (name.StartsWith(CodeFolder, StringComparison.Ordinal))
            {
                continue;
            }

            string folder = name[..(name.IndexOf('/', StringComparison.Ordinal) + 1)];
            if (folder.Length == 0 || (common is not null && common != folder))
            {
                return string.Empty;
            }

            common = folder;
        }

        return common is null || names.Any(name => name.StartsWith(CodeFolder, StringComparison.Ordinal) && names.Contains(common + name)) ? string.Empty : common;
    }
}
