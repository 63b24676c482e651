using ServerlessInference.Packages;

namespace ServerlessInference.Tool.Packaging;

/// <summary>The result of checking an archive.</summary>
/// <param name="Description">The archive's entry in the manifest.</param>
/// <param name="Size">Its size in bytes; <see langword="null"/> if it could not be fetched.</param>
/// <param name="Files">The names of its files, relative to the mount path.</param>
/// <param name="UnpackedSize">The total size of its files in bytes.</param>
/// <param name="Problems">The problems found.</param>
internal sealed record CheckedArchive(
    SplitPackageArchive Description, long? Size, IReadOnlyList<string> Files, long UnpackedSize, IReadOnlyList<string> Problems);
