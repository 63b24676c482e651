namespace ServerlessInference.Samples.Tests.Support;

/// <summary>Finds the programs that were built with the tests.</summary>
internal static class Programs
{
    /// <summary>Gets the tool.</summary>
    public static string Tool => Path.Combine(Folder("ServerlessInference.Tool"), "serverless-inference");

    /// <summary>Gets the folder that a project was built into.</summary>
    public static string Folder(string project) => Path.GetDirectoryName(Repository.ProgramOf(project))!;
}
