using System.Runtime.InteropServices;

namespace ServerlessInference.Sessions;

/// <summary>
/// Describes where a native library was searched and why each place failed. The exception of the runtime names one place at best.
/// </summary>
internal static class NativeLibraryReport
{
    /// <summary>The property in which the host of a .NET program lists the directories with native libraries.</summary>
    private const string HostDirectories = "NATIVE_DLL_SEARCH_DIRECTORIES";

    /// <summary>Describes every place.</summary>
    /// <param name="name">The library, as it is named in P/Invokes.</param>
    /// <param name="describePackage">
    /// Describes a split package, given the library's most likely file name and a function that tries a path; <see langword="null"/> if the
    /// program has none.
    /// </param>
    /// <returns>The places in the order in which they are searched, each with the reason.</returns>
    public static IReadOnlyList<string> Describe(
        string name, Func<string, Func<string, string>, IEnumerable<string>>? describePackage = null)
    {
        string file = NativeLibraryName.GetFileNames(name)[0];
        var report = new List<string>();
        foreach (string path in GetProgramPaths(file))
        {
            report.Add(Try(path));
        }

        report.AddRange(describePackage?.Invoke(file, Try) ?? ["split package: the program does not use one"]);
        if (!OperatingSystem.IsWindows())
        {
            string directories = Environment.GetEnvironmentVariable("LD_LIBRARY_PATH") ?? string.Empty;
            foreach (string directory in directories.Split(':', StringSplitOptions.RemoveEmptyEntries))
            {
                report.Add(Try(Path.Combine(directory, file)));
            }
        }

        report.Add("directories of the system: " + (TryLoad(file) ?? "it can be loaded from there"));
        return report;
    }

    /// <summary>Extracts the sentence from the runtime's message that says what the loader of the system found.</summary>
    public static string GetReason(Exception exception)
    {
        string[] lines = exception.Message.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return lines.Length == 0 ? exception.GetType().Name : lines[^1].TrimEnd('.');
    }

    private static IEnumerable<string> GetProgramPaths(string file)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var directories = new List<string> { AppContext.BaseDirectory };
        directories.AddRange((AppContext.GetData(HostDirectories) as string ?? string.Empty)
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries));
        directories.Add(Path.Combine(AppContext.BaseDirectory, "runtimes", RuntimeInformation.RuntimeIdentifier, "native"));
        foreach (string directory in directories)
        {
            string path = Path.GetFullPath(Path.Combine(directory, file));
            if (seen.Add(path))
            {
                yield return path;
            }
        }
    }

    private static string Try(string path) =>
        !File.Exists(path) ? $"{path}: not found"
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
            return GetReason(exception);
        }
    }
}
