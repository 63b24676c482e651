using System.Diagnostics;
using System.Globalization;

namespace ServerlessInference.Tests.Shared;

/// <summary>
/// Measures a process's memory from outside: its resident pages and its memory files, whose pages belong to no process until they are
/// mapped. Compiled into every test project.
/// </summary>
internal sealed class LoadMemory(Process process)
{
    /// <summary>Lets a process load a small model and then a large one, straight into memory.</summary>
    /// <param name="large">The URI of the large one.</param>
    /// <param name="small">The URI of the small one, with which all code is compiled.</param>
    /// <param name="store">The folder of the store.</param>
    /// <param name="environment">Further variables.</param>
    /// <returns>What the process took at most for the large one, bytes, and the digest of what it got.</returns>
    public static async Task<(long Peak, string? Digest)> MeasureLoadAsync(
        string large, string small, string store, params (string Name, string Value)[] environment)
    {
        // Otherwise the runtime's compiler would begin to improve code whenever the machine has time, and take megabytes for that.
        using Process process = StoreProcess.Start([large, store, small], [.. environment, ("DOTNET_TieredCompilation", "0")]);
        Assert.Equal("ready", await NextLineAsync(process));
        var memory = new LoadMemory(process);
        long before = memory.Taken();
        await process.StandardInput.WriteLineAsync("go on");
        Task<string?> loaded = NextLineAsync(process);
        long peak = await memory.PeakUntilAsync(loaded);
        Assert.Equal("loaded", await loaded);
        await process.StandardInput.WriteLineAsync("go on");
        string? digest = await NextLineAsync(process);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (peak - before, digest);
    }

    private static async Task<string?> NextLineAsync(Process process) =>
        await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken);

    public long Taken()
    {
        string[] pages = File.ReadAllText($"/proc/{process.Id}/statm").Split(' ');
        return (long.Parse(pages[1], CultureInfo.InvariantCulture) * Environment.SystemPageSize) + MemoryFiles();
    }

    /// <summary>Samples every two milliseconds until a task is done: nothing signals a peak.</summary>
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
            if (new FileInfo(descriptor).LinkTarget is { } target
                && target.StartsWith("/memfd:", StringComparison.Ordinal)
                && !target.Contains("doublemapper", StringComparison.Ordinal))
            {
                using FileStream file = new(descriptor, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
                bytes += file.Length;
            }
        }

        return bytes;
    }
}
