namespace ServerlessInference.Tool.Packaging;

/// <summary>Files that are moved out of the deployment package into one archive.</summary>
/// <param name="Mount">The path under which the function finds them.</param>
/// <param name="Label">The name of the archive's file, before its digest.</param>
/// <param name="Files">The files, named relative to the mount path, in ordinal order.</param>
internal sealed record SplitArchive(string Mount, string Label, IReadOnlyList<PackageFile> Files);
