using ServerlessInference.Packages;

namespace ServerlessInference.Tool.Packaging;

/// <summary>What the check of one archive found.</summary>
/// <param name="Description">What the manifest says.</param>
/// <param name="Size">How many bytes it has; <see langword="null"/> where it cannot be had.</param>
/// <param name="Files">Its files' names below the mount path.</param>
/// <param name="UnpackedSize">What its files have together, in bytes.</param>
/// <param name="Problems">What is wrong with it.</param>
internal sealed record CheckedArchive(SplitPackageArchive Description, long? Size, IReadOnlyList<string> Files, long UnpackedSize, IReadOnlyList<string> Problems);
