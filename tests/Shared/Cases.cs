namespace ServerlessInference.Tests.Shared;

/// <summary>
/// Finds the collected cases next to the repository, and skips a test if they are absent. Compiled into every test project.
/// </summary>
internal static class Cases
{
    /// <summary>Gets the path of a file of the cases; skips the running test where it is absent.</summary>
    internal static string File(params string[] parts)
    {
        string path = Path.Combine([Repository.Root, "..", "shared", "cases", .. parts]);
        if (!System.IO.File.Exists(path))
        {
            Assert.Skip($"The file {Path.Combine(parts)} is not in ../shared/cases beside the repository.");
        }

        return path;
    }
}
