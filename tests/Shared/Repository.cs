namespace ServerlessInference.Tests.Shared;

/// <summary>Finds files of the repository from a test's folder. Compiled into every test project.</summary>
internal static class Repository
{
    /// <summary>Gets the repository's root.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>Gets the folder of the demo model.</summary>
    public static string DemoModel => Model("shapes-resnet");

    /// <summary>Gives the folder of one of the repository's models.</summary>
    public static string Model(string name) => Path.Combine(Root, "models", name);

    /// <summary>
    /// Finds the executable of another project in that project's output folder, for the configuration in which the tests are built.
    /// </summary>
    public static string ProgramOf(string project)
    {
        string output = Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory);
        return Path.Combine(Path.GetDirectoryName(Path.GetDirectoryName(output))!, project, Path.GetFileName(output), project);
    }

    private static string FindRoot()
    {
        for (string? folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (File.Exists(Path.Combine(folder, "ServerlessInference.slnx")))
            {
                return folder;
            }
        }

        throw new InvalidOperationException($"No folder above {AppContext.BaseDirectory} holds ServerlessInference.slnx.");
    }
}
