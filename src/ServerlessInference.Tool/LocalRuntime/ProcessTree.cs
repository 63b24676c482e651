using System.Globalization;

namespace ServerlessInference.Tool.LocalRuntime;

/// <summary>Reads what Linux tells about a process and its descendants under /proc.</summary>
internal static class ProcessTree
{
    /// <summary>The largest peak of resident memory (VmHWM) of any process in the tree.</summary>
    /// <param name="rootId">The tree's root.</param>
    /// <returns>KiB; null where the system has no /proc or the processes are gone.</returns>
    public static long? PeakMemoryKiB(int rootId)
    {
        if (!OperatingSystem.IsLinux())
        {
            return null;
        }

        return Members(rootId).Select(HighWaterKiB).Max();
    }

    private static IEnumerable<int> Members(int rootId)
    {
        var parents = new Dictionary<int, int>();
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var id) && ParentOf(id) is { } parent)
            {
                parents[id] = parent;
            }
        }

        return parents.Keys.Where(id => Descends(id));

        bool Descends(int id)
        {
            for (var steps = 0; steps <= parents.Count; steps++)
            {
                if (id == rootId)
                {
                    return true;
                }

                if (!parents.TryGetValue(id, out id))
                {
                    return false;
                }
            }

            return false;
        }
    }

    /// <summary>The fourth field of /proc/N/stat; the second may hold spaces and brackets, so it is counted from the last bracket.</summary>
    private static int? ParentOf(int id)
    {
        var stat = ReadOrNull($"/proc/{id.ToString(CultureInfo.InvariantCulture)}/stat");
        var fields = stat?[(stat.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return fields is { Length: > 1 } && int.TryParse(fields[1], NumberStyles.None, CultureInfo.InvariantCulture, out var parent) ? parent : null;
    }

    private static long? HighWaterKiB(int id)
    {
        var line = ReadOrNull($"/proc/{id.ToString(CultureInfo.InvariantCulture)}/status")?
            .Split('\n').FirstOrDefault(line => line.StartsWith("VmHWM:", StringComparison.Ordinal));
        var number = line?["VmHWM:".Length..].Replace("kB", "", StringComparison.Ordinal).Trim();
        return long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var kib) ? kib : null;
    }

    private static string? ReadOrNull(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null; // the process ended meanwhile, or belongs to someone else
        }
    }
}
