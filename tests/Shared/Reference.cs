namespace ServerlessInference.Tests.Shared;

/// <summary>
/// Finds the reference data next to the repository, and skips a test if it is absent. Compiled into every test project.
/// </summary>
internal static class Reference
{
    private const string Variable = "SERVERLESS_INFERENCE_REFERENCE";

    /// <summary>
    /// Gets a value indicating whether the reference data is available, for the data of theories, which cannot be skipped.
    /// </summary>
    internal static bool IsThere => Directory.Exists(Find());

    /// <summary>Gets the path of a file of the reference data; skips the running test where it is absent.</summary>
    internal static string File(params string[] parts)
    {
        string path = Path.Combine([Root(), .. parts]);
        if (!System.IO.File.Exists(path))
        {
            Assert.Skip($"The reference file {Path.Combine(parts)} is not there.");
        }

        return path;
    }

    private static string Root()
    {
        string? root = Find();
        if (root is null)
        {
            Assert.Skip($"No reference data: neither {Variable} nor ../shared/reference beside the repository.");
        }

        return root;
    }

    private static string? Find()
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } root)
        {
            return root;
        }

        string beside = Path.Combine(Repository.Root, "..", "shared", "reference");
        return Directory.Exists(beside) ? beside : null;
    }
}
