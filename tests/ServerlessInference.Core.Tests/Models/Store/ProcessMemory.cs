using System.Diagnostics;
using System.Globalization;

namespace ServerlessInference.Tests.Models.Store;

/// <summary>Looks from outside at what memory a process takes: what is resident, and its memory files, whose pages count as nobody's until they are mapped.</summary>
internal sealed class ProcessMemory(Process process)
{
    public long Taken()
    {
        string[] pages = File.ReadAllText($"/proc/{process.Id}/statm").Split(' ');
        return (long.Parse(pages[1], CultureInfo.InvariantCulture) * Environment.SystemPageSize) + MemoryFiles();
    }

    /// <summary>Asks every two milliseconds until a task is done.</summary>
    public async Task<long> PeakUntilAsync(Task done)
    {
        long most = Taken();
        while (!done.IsCompleted)
        {
            await Task.WhenAny(done, Task.Delay(2, TestContext.Current.CancellationToken));
            most = Math.Max(most, Taken());
        }

        return most;
    }

    private long MemoryFiles()
    {
        long bytes = 0;
        foreach (string descriptor in Directory.EnumerateFiles($"/proc/{process.Id}/fd"))
        {
            // The runtime keeps generated code in a memory file of its own.
            if (new FileInfo(descriptor).LinkTarget is { } target && target.StartsWith("/memfd:", StringComparison.Ordinal) && !target.Contains("doublemapper", StringComparison.Ordinal))
            {
                using FileStream file = new(descriptor, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
                bytes += file.Length;
            }
        }

        return bytes;
    }
}
