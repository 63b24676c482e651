using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace ServerlessInference.Tool.LocalRuntime;

/// <summary>
/// Reads from /proc which descendants a process has and how much memory they use. Other systems than Linux report nothing.
/// </summary>
internal static class ProcessTree
{
    // Fields of /proc/N/stat, counted from the one after the name, since the name may contain spaces and brackets. Source: proc(5).
    private const int ParentField = 1;
    private const int StartTimeField = 19;

    /// <summary>Returns a process and all its descendants.</summary>
    public static IReadOnlyList<ProcessIdentity> Members(int rootId)
    {
        if (!OperatingSystem.IsLinux())
        {
            return [];
        }

        var all = new Dictionary<int, (int Parent, long StartTime)>();
        foreach (string folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out int id) && Stat(id) is { } stat)
            {
                all[id] = stat;
            }
        }

        return
        [
            .. all.Where(process => Descends(process.Key)).Select(process => new ProcessIdentity(process.Key, process.Value.StartTime)),
        ];

        bool Descends(int id)
        {
            for (int steps = 0; steps <= all.Count && id != rootId; steps++)
            {
                if (!all.TryGetValue(id, out (int Parent, long StartTime) process))
                {
                    return false;
                }

                id = process.Parent;
            }

            return id == rootId;
        }
    }

    /// <summary>Returns the largest peak of resident memory (VmHWM) of the processes, in KiB; null if all have ended.</summary>
    public static long? PeakMemoryKiB(IEnumerable<ProcessIdentity> members) => members.Select(member => HighWaterKiB(member.Id)).Max();

    /// <summary>Kills those processes that still run.</summary>
    public static void KillRemaining(IEnumerable<ProcessIdentity> members)
    {
        foreach (ProcessIdentity member in members.Where(member => Stat(member.Id)?.StartTime == member.StartTime))
        {
            try
            {
                using var process = Process.GetProcessById(member.Id);
                process.Kill();
            }
            catch (Exception exception) when (exception is ArgumentException or InvalidOperationException or Win32Exception)
            {
                // The process ended in the meantime, or this user may not kill it any more.
            }
        }
    }

    private static (int Parent, long StartTime)? Stat(int id)
    {
        string? stat = ReadOrNull($"/proc/{id.ToString(CultureInfo.InvariantCulture)}/stat");
        string[]? fields = stat?[(stat.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return fields is { Length: > StartTimeField } &&
            int.TryParse(fields[ParentField], NumberStyles.None, CultureInfo.InvariantCulture, out int parent) &&
            long.TryParse(fields[StartTimeField], NumberStyles.None, CultureInfo.InvariantCulture, out long startTime)
            ? (parent, startTime)
            : null;
    }

    private static long? HighWaterKiB(int id)
    {
        string? line = ReadOrNull($"/proc/{id.ToString(CultureInfo.InvariantCulture)}/status")?
            .Split('\n').FirstOrDefault(line => line.StartsWith("VmHWM:", StringComparison.Ordinal));
        string? number = line?["VmHWM:".Length..].Replace("kB", "", StringComparison.Ordinal).Trim();
        return long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out long kib) ? kib : null;
    }

    private static string? ReadOrNull(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null; // The process has ended in the meantime, or belongs to another user.
        }
    }
}
