using System.Globalization;

namespace ServerlessInference.Sessions;

/// <summary>How much memory this process may still take.</summary>
internal class ProcessMemory
{
    private const string SystemFile = "/proc/meminfo";
    private const string Field = "MemAvailable:";

    /// <summary>Gets the bytes that are free: of the limit, of the container, and of the machine, the least.</summary>
    /// <param name="limit">What this process may take; <see langword="null"/> for what container or machine have.</param>
    public virtual long Available(long? limit)
    {
        long most = limit ?? GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        return Math.Max(0, Math.Min(most - Environment.WorkingSet, OfTheSystem() ?? long.MaxValue));
    }

    private static long? OfTheSystem()
    {
        if (!File.Exists(SystemFile))
        {
            return null;
        }

        foreach (string line in File.ReadLines(SystemFile))
        {
            // "MemAvailable:    5834568 kB"
            if (line.StartsWith(Field, StringComparison.Ordinal))
            {
                ReadOnlySpan<char> number = line.AsSpan(Field.Length).Trim();
                int space = number.IndexOf(' ');
                return space > 0 && long.TryParse(number[..space], NumberStyles.None, CultureInfo.InvariantCulture, out long kilobytes) ? kilobytes * 1024 : null;
            }
        }

        return null;
    }
}
