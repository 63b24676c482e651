using System.Diagnostics;
using System.Globalization;

namespace SessionBenchmark;

/// <summary>Measures every way in processes of their own, in turns, and writes the medians as tables.</summary>
internal static class Comparison
{
    private const string Limited = "resnet50";
    private const double LeastSpeedup = 8, MostMemory = 0.6, MostWarm = 1.03;

    public static async Task<int> RunAsync(string root, int rounds)
    {
        bool kept = true;
        foreach (string folder in Directory.GetDirectories(root).OrderBy(folder => new FileInfo(Path.Combine(folder, "model.onnx")).Length))
        {
            long size = new FileInfo(Path.Combine(folder, "model.onnx")).Length;
            Console.WriteLine($"\n### {Path.GetFileName(folder)}, {size / 1e6:0} MB\n");
            Dictionary<string, Sample> warm = await MeasureAsync(folder, rounds, "warm").ConfigureAwait(false);
            Dictionary<string, Sample> cold = await MeasureAsync(folder, rounds, "cold").ConfigureAwait(false);
            Dictionary<string, double> runs = await WarmAsync(folder).ConfigureAwait(false);
            Write(warm, cold, runs);
            kept &= warm["library-prepared"].Answer == warm["ort-path"].Answer && warm["library-prepared-memory"].Answer == warm["ort-path"].Answer;
            bool withinLimits = Ratios(warm, cold, runs);
            kept &= withinLimits || Path.GetFileName(folder) != Limited;
        }

        Console.WriteLine(kept ? "\nall limits kept" : "\nA LIMIT IS NOT KEPT");
        return kept ? 0 : 1;
    }

    public static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : (sorted[(sorted.Length / 2) - 1] + sorted[sorted.Length / 2]) / 2;
    }

    private static void Write(Dictionary<string, Sample> warm, Dictionary<string, Sample> cold, Dictionary<string, double> runs)
    {
        Console.WriteLine("| how the model is given | session ms | with all around it ms | first answer ms | peak MiB loading | peak MiB running | anonymous MiB | cold cache: session ms | with all around it ms | first answer ms | warm run p50 ms | same answer |");
        Console.WriteLine("|---|---|---|---|---|---|---|---|---|---|---|---|");
        foreach (string way in LoadedSession.Ways)
        {
            Sample w = warm[way], c = cold[way];
            string run = runs.TryGetValue(way, out double p50) ? p50.ToString("0.00", CultureInfo.InvariantCulture) : string.Empty;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"| {way} | {w.Session:0.0} | {w.Created:0.0} | {w.Answered:0.0} | {w.LoadPeak / 1024:0} | {w.Peak / 1024:0} | {w.Anonymous / 1024:0} | {c.Session:0.0} | {c.Created:0.0} | {c.Answered:0.0} | {run} | {(w.Answer == warm["ort-path"].Answer ? "yes" : "no")} |"));
        }
    }

    private static bool Ratios(Dictionary<string, Sample> warm, Dictionary<string, Sample> cold, Dictionary<string, double> runs)
    {
        double speedup = warm["onnx-path"].Session / warm["library-prepared"].Session;
        double memory = warm["library-prepared"].Peak / warm["onnx-path"].Peak;
        double run = runs["library-prepared"] / runs["onnx-path"];
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"""

            - mapped, as the library does by itself, against the path: {speedup:0.0} times as fast (ResNet-50: at least {LeastSpeedup}), {memory:0.00} of the peak memory (at most {MostMemory}), warm p50 {run:0.000} times (at most {MostWarm})
            - cold page cache, to the first answer, reading included: {cold["onnx-path"].Answered / cold["library-prepared"].Answered:0.0} times as fast
            - without prepacking: session {warm["library-unpacked"].Session / warm["library-prepared"].Session:0.00}, peak {warm["library-unpacked"].Peak / warm["library-prepared"].Peak:0.00}, warm p50 {runs["library-unpacked"] / runs["library-prepared"]:0.000} times
            """));
        return speedup >= LeastSpeedup && memory <= MostMemory && run <= MostWarm;
    }

    private static async Task<Dictionary<string, Sample>> MeasureAsync(string folder, int rounds, string cache)
    {
        var samples = LoadedSession.Ways.ToDictionary(way => way, _ => new List<Sample>());
        for (int round = 0; round < rounds; round++)
        {
            foreach (string way in LoadedSession.Ways)
            {
                string[] parts = (await StartAsync("measure", way, folder, "8", cache).ConfigureAwait(false)).Split(' ');
                double[] numbers = [.. parts[..6].Select(part => double.Parse(part, CultureInfo.InvariantCulture))];
                samples[way].Add(new Sample(numbers[0], numbers[1], numbers[2], numbers[3], numbers[4], numbers[5], parts[6].Trim()));
            }
        }

        return samples.ToDictionary(pair => pair.Key, pair => new Sample(
            Median(pair.Value.Select(sample => sample.Session)),
            Median(pair.Value.Select(sample => sample.Created)),
            Median(pair.Value.Select(sample => sample.Answered)),
            Median(pair.Value.Select(sample => sample.LoadPeak)),
            Median(pair.Value.Select(sample => sample.Peak)),
            Median(pair.Value.Select(sample => sample.Anonymous)),
            pair.Value.Select(sample => sample.Answer).Distinct().Single()));
    }

    private static async Task<Dictionary<string, double>> WarmAsync(string folder) =>
        (await StartAsync("warm", folder, "60").ConfigureAwait(false)).Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split(' '))
            .ToDictionary(parts => parts[0], parts => double.Parse(parts[1], CultureInfo.InvariantCulture));

    private static async Task<string> StartAsync(params string[] args)
    {
        using var process = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, args) { RedirectStandardOutput = true })!;
        string output = await process.StandardOutput.ReadToEndAsync().ConfigureAwait(false);
        await process.WaitForExitAsync().ConfigureAwait(false);
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"{string.Join(' ', args)} ended with {process.ExitCode}.");
    }

    private sealed record Sample(double Session, double Created, double Answered, double LoadPeak, double Peak, double Anonymous, string Answer);
}
