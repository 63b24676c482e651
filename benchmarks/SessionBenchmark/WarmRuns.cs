using System.Diagnostics;
using System.Globalization;

namespace SessionBenchmark;

/// <summary>Warm runs of the same model loaded in several ways, in turns, so that all see the same machine. Writes every time.</summary>
internal static class WarmRuns
{
    private static readonly string[] Ways = ["onnx-path", "library-plain", "library-prepared", "library-unpacked", "library-any"];

    public static async Task<int> RunAsync(string folder, int runs)
    {
        var sessions = new LoadedSession[Ways.Length];
        var times = new List<double>[Ways.Length];
        for (int i = 0; i < Ways.Length; i++)
        {
            sessions[i] = await LoadedSession.LoadAsync(Ways[i], folder).ConfigureAwait(false);
            times[i] = [];
            await sessions[i].RunAsync().ConfigureAwait(false);
        }

        for (int run = 0; run < runs; run++)
        {
            // Each way goes first as often as any other.
            for (int i = 0; i < Ways.Length; i++)
            {
                int way = (i + run) % Ways.Length;
                long start = Stopwatch.GetTimestamp();
                await sessions[way].RunAsync().ConfigureAwait(false);
                times[way].Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            }
        }

        for (int i = 0; i < Ways.Length; i++)
        {
            IEnumerable<string> texts = times[i].Select(time => time.ToString("0.0000", CultureInfo.InvariantCulture));
            Console.WriteLine($"{Ways[i]} {string.Join(' ', texts)}");
            await sessions[i].DisposeAsync().ConfigureAwait(false);
        }

        return 0;
    }
}
