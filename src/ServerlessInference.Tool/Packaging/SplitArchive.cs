namespace ServerlessInference.Tool.Packaging;

/// <summary>What travels together.</summary>
/// <param name="Mount">What the function finds it under.</param>
/// <param name="Label">What the archive's file is called, before its digest.</param>
/// <param name="Files">Its files, named below the mount path, in ordinal order.</param>
internal sealed record SplitArchive(string Mount, string Label, IReadOnlyList<PackageFile> Files);
