using System.Globalization;

namespace ServerlessInference.Sessions;

/// <summary>How much more memory this process may use.</summary>
internal class ProcessMemory
{
    private const string SystemFile = "/proc/meminfo";
    private const string Field = "MemAvailable:";

    /// <summary>Gets the number of free bytes: what the limit leaves, or what the machine has left, whichever is less.</summary>
    /// <param name="limit">The limit of this process; <see langword="null"/> for the memory of the container or machine.</param>
    public virtual long GetAvailableBytes(long? limit)
    {
        long total = limit ?? GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        return Math.Max(0, Math.Min(total - Environment.WorkingSet, ReadSystemAvailable() ?? long.MaxValue));
    }

    private static long? ReadSystemAvailable()
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
                return space > 0 && long.TryParse(number[..space], NumberStyles.None, CultureInfo.InvariantCulture, out long kilobytes)
                    ? kilobytes * 1024
                    : null;
            }
        }

        return null;
    }
}
