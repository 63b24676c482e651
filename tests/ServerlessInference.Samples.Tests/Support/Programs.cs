namespace ServerlessInference.Samples.Tests.Support;

/// <summary>Finds the programs that were built beside the tests.</summary>
internal static class Programs
{
    /// <summary>Gets the tool.</summary>
    public static string Tool => Path.Combine(Folder("ServerlessInference.Tool"), "serverless-inference");

    /// <summary>Gets the folder that a project was built into, in the configuration of the tests.</summary>
    public static string Folder(string project)
    {
        var here = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));   // artifacts/bin/PROJECT/CONFIGURATION
        return Path.Combine(here.Parent!.Parent!.FullName, project, here.Name);
    }

    /// <summary>Gets a sample's program.</summary>
    public static string Sample(string name) => Path.Combine(Folder(name), name);
}
