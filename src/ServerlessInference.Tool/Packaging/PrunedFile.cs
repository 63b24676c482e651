namespace ServerlessInference.Tool.Packaging;

/// <summary>A file that is left out of the package.</summary>
/// <param name="File">The file.</param>
/// <param name="Reason">The reason why it is not needed.</param>
internal sealed record PrunedFile(PackageFile File, string Reason);
