namespace ServerlessInference.Tool.Commands;

/// <summary>Finds a program as a shell would, before anything is started.</summary>
internal static class ProgramFinder
{
    /// <summary>The full path of a program that is named by a path or found on PATH.</summary>
    /// <exception cref="UsageException">There is none.</exception>
    public static string Find(string program)
    {
        if (program.Contains(Path.DirectorySeparatorChar, StringComparison.Ordinal) || program.Contains('/', StringComparison.Ordinal))
        {
            var path = Path.GetFullPath(program);
            return File.Exists(path)
                ? path
                : throw new UsageException($"The function's program '{path}' does not exist. Build the function first, or correct the path after '--'.");
        }

        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        string[] names = OperatingSystem.IsWindows() ? [program, program + ".exe"] : [program];
        return folders.SelectMany(folder => names.Select(name => Path.Combine(folder, name))).FirstOrDefault(File.Exists)
            ?? throw new UsageException($"The function's program '{program}' is not on PATH. Give its path, such as ./{program}, after '--'.");
    }
}
