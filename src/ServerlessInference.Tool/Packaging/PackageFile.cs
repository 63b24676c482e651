namespace ServerlessInference.Tool.Packaging;

/// <summary>A file to be packed.</summary>
/// <param name="Name">Its name in the package, with <c>/</c> between folders.</param>
/// <param name="Path">Where it lies.</param>
/// <param name="Length">Its size in bytes.</param>
/// <param name="Kind">What it is.</param>
internal sealed record PackageFile(string Name, string Path, long Length, FileKind Kind)
{
    /// <summary>Describes a file; a link, as Hugging Face's cache has them, by what it leads to.</summary>
    public static PackageFile Of(string name, string path, FileKind kind)
    {
        using var content = File.OpenHandle(path);
        return new PackageFile(name, path, RandomAccess.GetLength(content), kind);
    }
}
