using ServerlessInference.Packages;

namespace ServerlessInference.Tool.Packaging;

/// <summary>An archive that was written.</summary>
/// <param name="Description">Its entry in the manifest.</param>
/// <param name="Path">Its path on disk.</param>
/// <param name="Files">The names of its files.</param>
internal sealed record WrittenArchive(SplitPackageArchive Description, string Path, IReadOnlyList<string> Files);
