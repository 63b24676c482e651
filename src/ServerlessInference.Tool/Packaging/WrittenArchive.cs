using ServerlessInference.Packages;

namespace ServerlessInference.Tool.Packaging;

/// <summary>An archive that was written.</summary>
/// <param name="Description">What the manifest says of it.</param>
/// <param name="Path">Where it lies.</param>
/// <param name="Files">The names of its files.</param>
internal sealed record WrittenArchive(SplitPackageArchive Description, string Path, IReadOnlyList<string> Files);
