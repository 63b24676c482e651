using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Microsoft.ML.OnnxRuntime;

namespace SessionBenchmark;

/// <summary>One way, in this process: how long until the session is there and until the first answer, and the peak of memory.</summary>
internal static partial class Measurement
{
    public static async Task<int> RunAsync(string way, string folder, int runs, bool cold)
    {
        // The environment is the same for all and not what is measured.
        OrtEnv.Instance();
        if (cold)
        {
            DropFromPageCache(folder);
        }

        long start = Stopwatch.GetTimestamp();
        await using LoadedSession session = await LoadedSession.LoadAsync(way, folder).ConfigureAwait(false);
        double created = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        long loadPeak = Status("VmHWM");
        float[] output = await session.RunAsync().ConfigureAwait(false);
        double answered = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        for (int i = 1; i < runs; i++)
        {
            await session.RunAsync().ConfigureAwait(false);
        }

        string answer = Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes(output.AsSpan())).AsSpan(0, 8));
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{session.SessionTime ?? created:0.00} {created:0.00} {answered:0.00} {loadPeak} {Status("VmHWM")} {Status("RssAnon")} " +
                $"{answer}"));
        return 0;
    }

    /// <summary>Asks the kernel to forget what it holds of the model's files.</summary>
    private static void DropFromPageCache(string folder)
    {
        const int DontNeed = 4; // POSIX_FADV_DONTNEED
        foreach (string file in Directory.GetFiles(folder))
        {
            using Microsoft.Win32.SafeHandles.SafeFileHandle handle = File.OpenHandle(file, FileMode.Open, FileAccess.ReadWrite);
            RandomAccess.FlushToDisk(handle);
            if (Advise(handle, 0, 0, DontNeed) != 0)
            {
                throw new IOException($"The page cache of '{file}' cannot be dropped.");
            }
        }
    }

    private static long Status(string name) => long.Parse(
        File.ReadLines("/proc/self/status").First(line => line.StartsWith(name + ":", StringComparison.Ordinal))[(name.Length + 1)..^2],
        CultureInfo.InvariantCulture);

    [LibraryImport("libc", EntryPoint = "posix_fadvise")]
    private static partial int Advise(Microsoft.Win32.SafeHandles.SafeFileHandle file, long offset, long length, int advice);
}
