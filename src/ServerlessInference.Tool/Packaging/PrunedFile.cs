namespace ServerlessInference.Tool.Packaging;

/// <summary>A file that is left out.</summary>
/// <param name="File">The file.</param>
/// <param name="Reason">Why nothing misses it.</param>
internal sealed record PrunedFile(PackageFile File, string Reason);
