namespace ServerlessInference.Tool.Packaging;

/// <summary>A file to be packed.</summary>
/// <param name="Name">Its name in the package, with <c>/</c> between folders.</param>
/// <param name="Path">Where it lies.</param>
/// <param name="Length">Its size in bytes.</param>
/// <param name="Kind">What it is.</param>
internal sealed record PackageFile(string Name, string Path, long Length, FileKind Kind);
