namespace ServerlessInference.Models.Archives;

/// <summary>Interprets the names of archives and of the files in them.</summary>
internal static class ArchiveNames
{
    /// <summary>The folder of a SageMaker <c>model.tar.gz</c> that contains Python code. The files of the model are next to it.</summary>
    private const string CodeFolder = "code/";

    public static ArchiveKind GetKind(string name)
    {
        return EndsWith(".zip") ? ArchiveKind.Zip
            : EndsWith(".tar") ? ArchiveKind.Tar
            : EndsWith(".tar.gz") || EndsWith(".tgz") ? ArchiveKind.TarGzip
            : ArchiveKind.None;

        bool EndsWith(string ending) => name.EndsWith(ending, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>
    /// Finds the folder that contains all files of the model, which means that the folder was packed rather than its content.
    /// </summary>
    /// <returns>
    /// The name of the folder with a slash; empty if there is no such folder, or if removing it would give two files the same name.
    /// </returns>
    public static string FindCommonFolder(IReadOnlyCollection<string> names)
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

        bool isAmbiguous = names.Any(name => name.StartsWith(CodeFolder, StringComparison.Ordinal) && names.Contains(common + name));
        return common is null || isAmbiguous ? string.Empty : common;
    }
}
