using ServerlessInference.Tool.CommandLine;

namespace ServerlessInference.Tool.Commands;

/// <summary>Finds a program as a shell does, before anything is started.</summary>
internal static class ProgramFinder
{
    /// <summary>Returns the command with the full path of its program.</summary>
    /// <exception cref="UsageException">
    /// The program or assembly does not exist, or an assembly is given without <c>dotnet</c> before it.
    /// </exception>
    public static IReadOnlyList<string> Find(IReadOnlyList<string> command, string taskRoot)
    {
        if (IsAssembly(command[0]))
        {
            throw new UsageException($"'{command[0]}' is an assembly, not a program. Give 'dotnet {command[0]}' after '--'.");
        }

        // The function is started in the task root, so dotnet resolves the path of the assembly from there.
        if (command.Count > 1
            && command[0] == "dotnet"
            && IsAssembly(command[1])
            && Path.GetFullPath(command[1], taskRoot) is var assembly
            && !File.Exists(assembly))
        {
            throw new UsageException(
                $"The function's program '{assembly}' does not exist. Build the function first, or correct the path after 'dotnet'.");
        }

        return [Find(command[0]), .. command.Skip(1)];
    }

    private static bool IsAssembly(string argument) => argument.EndsWith(".dll", StringComparison.OrdinalIgnoreCase);

    /// <summary>Returns the full path of a program that is given as a path, or found on PATH.</summary>
    /// <exception cref="UsageException">The program does not exist.</exception>
    private static string Find(string program)
    {
        if (program.Contains(Path.DirectorySeparatorChar, StringComparison.Ordinal) || program.Contains('/', StringComparison.Ordinal))
        {
            string path = Path.GetFullPath(program);
            return File.Exists(path)
                ? path
                : throw new UsageException(
                    $"The function's program '{path}' does not exist. Build the function first, or correct the path after '--'.");
        }

        string[] folders =
            (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        string[] names = OperatingSystem.IsWindows() ? [program, program + ".exe"] : [program];
        return folders.SelectMany(folder => names.Select(name => Path.Combine(folder, name))).FirstOrDefault(File.Exists)
            ?? throw new UsageException(
                $"The function's program '{program}' is not on PATH. Give its path, such as ./{program}, after '--'.");
    }
}
