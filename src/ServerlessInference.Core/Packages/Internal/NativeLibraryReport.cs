using System.Runtime.InteropServices;

namespace ServerlessInference.Packages;

/// <summary>Says where a native library was looked for, and why each place did not do: the runtime's own exception names one place at best.</summary>
internal static class NativeLibraryReport
{
    /// <summary>What the host of a .NET program tells of the folders that it found native libraries in.</summary>
    private const string HostFolders = "NATIVE_DLL_SEARCH_DIRECTORIES";

    /// <summary>Describes every place.</summary>
    /// <param name="name">The library, as P/Invokes name it.</param>
    /// <param name="package">The split package's libraries; <see langword="null"/> where there is no such package.</param>
    /// <returns>The places in the order in which they are searched, each with its reason.</returns>
    public static IReadOnlyList<string> Describe(string name, NativeLibraries? package)
    {
        string file = NativeLibraries.FileNames(name)[0];
        var report = new List<string>();
        foreach (string path in ProgramPaths(file))
        {
            report.Add(Try(path));
        }

        if (package is null)
        {
            report.Add("split package: the program uses none");
        }
        else if (package.Candidates(name) is { Count: > 0 } candidates)
        {
            report.AddRange(candidates.Select(Try));
        }
        else
        {
            string[] known = [.. package.Files.Select(path => Path.GetFileName(path)).Distinct()];
            report.Add($"split package: it has no {file}; its libraries are {(known.Length == 0 ? "none" : string.Join(", ", known))}");
        }

        if (!OperatingSystem.IsWindows())
        {
            foreach (string folder in (Environment.GetEnvironmentVariable("LD_LIBRARY_PATH") ?? string.Empty).Split(':', StringSplitOptions.RemoveEmptyEntries))
            {
                report.Add(Try(Path.Combine(folder, file)));
            }
        }

        report.Add("the system's own folders: " + (TryLoad(file) ?? "it can be loaded from there"));
        return report;
    }

    /// <summary>Takes the one sentence out of the runtime's message that says what the system's loader found.</summary>
    public static string Reason(Exception exception)
    {
        string[] lines = exception.Message.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return lines.Length == 0 ? exception.GetType().Name : lines[^1].TrimEnd('.');
    }

    private static IEnumerable<string> ProgramPaths(string file)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var folders = new List<string> { AppContext.BaseDirectory };
        folders.AddRange((AppContext.GetData(HostFolders) as string ?? string.Empty).Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries));
        folders.Add(Path.Combine(AppContext.BaseDirectory, "runtimes", RuntimeInformation.RuntimeIdentifier, "native"));
        foreach (string folder in folders)
        {
            string path = Path.GetFullPath(Path.Combine(folder, file));
            if (seen.Add(path))
            {
                yield return path;
            }
        }
    }

    private static string Try(string path) =>
        !File.Exists(path) ? $"{path}: not there"
        : ElfImage.TryRead(path)?.Objection is { } objection ? $"{path}: {objection}"
        : TryLoad(path) is { } reason ? $"{path}: {reason}"
        : $"{path}: it can be loaded";

    private static string? TryLoad(string path)
    {
        try
        {
            NativeLibrary.Free(NativeLibrary.Load(path));
            return null;
        }
        catch (Exception exception) when (exception is DllNotFoundException or BadImageFormatException)
        {
            return Reason(exception);
        }
    }
}
