using Microsoft.Win32.SafeHandles;

namespace ServerlessInference.Tool.Packaging;

/// <summary>A file to package.</summary>
/// <param name="Name">Its name in the package, with <c>/</c> as the separator.</param>
/// <param name="Path">Its path on disk.</param>
/// <param name="Length">Its size in bytes.</param>
/// <param name="Kind">Its kind.</param>
internal sealed record PackageFile(string Name, string Path, long Length, FileKind Kind)
{
    /// <summary>Describes a file. For a symbolic link, as in Hugging Face's cache, the length is that of its target.</summary>
    public static PackageFile Create(string name, string path, FileKind kind)
    {
        using SafeFileHandle content = File.OpenHandle(path);
        return new PackageFile(name, path, RandomAccess.GetLength(content), kind);
    }
}
