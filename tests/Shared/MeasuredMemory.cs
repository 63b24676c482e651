using System.Globalization;

namespace ServerlessInference.Tests.Shared;

/// <summary>
/// A process's memory in bytes, as the kernel reports it (proc(5), <c>/proc/PID/status</c>). Linux only. Compiled into every test project.
/// </summary>
internal static class MeasuredMemory
{
    /// <summary>Gets a value indicating whether this system says it.</summary>
    public static bool IsKnown => File.Exists("/proc/self/status");

    /// <summary>Gives all that is in memory.</summary>
    /// <param name="process">The process; null for this one.</param>
    public static long Resident(int? process = null) => Read(process, "VmRSS:");

    /// <summary>Gives what of this process is in memory and in no file.</summary>
    public static long Anonymous() => Read(null, "RssAnon:");

    private static long Read(int? process, string name)
    {
        string line = File.ReadLines($"/proc/{process?.ToString(CultureInfo.InvariantCulture) ?? "self"}/status")
            .First(line => line.StartsWith(name, StringComparison.Ordinal));
        return 1024 * long.Parse(line.AsSpan(name.Length, line.Length - name.Length - " kB".Length).Trim(), CultureInfo.InvariantCulture);
    }
}
