using System.Diagnostics;
using System.Globalization;

namespace SessionBenchmark;

/// <summary>Measures every way in processes of their own, in turns, and writes medians as tables and ratios as medians of pairs.</summary>
/// <remarks>A round starts each way once, and each round begins with another way. A ratio is formed within each round.</remarks>
internal sealed class Comparison
{
    private const string Limited = "resnet50";
    private const string Plain = "onnx-path", Mapped = "library-prepared", Unpacked = "library-unpacked", Other = "other: ";
    private const double MinSpeedup = 8, MaxMemory = 0.6, MaxWarm = 1.03;
    private const int WarmRunCount = 60;

    private readonly int _rounds;
    private readonly List<(string Name, string Program, string Way)> _ways;

    private Comparison(int rounds, string? otherProgram)
    {
        _rounds = rounds;
        _ways = [.. LoadedSession.Ways.Select(way => (way, Environment.ProcessPath!, way))];
        if (otherProgram is not null)
        {
            _ways.AddRange(new[] { "library-plain", Mapped }.Select(way => (Other + way, otherProgram, way)));
        }
    }

    /// <summary>Compares the ways for each model of a folder.</summary>
    /// <param name="root">A folder with one folder per model.</param>
    /// <param name="rounds">How often each way is measured.</param>
    /// <param name="otherProgram">The same program of another commit, which is measured in the same rounds, or null.</param>
    /// <returns>0, or 1 where a limit is not kept or answers differ.</returns>
    public static async Task<int> RunAsync(string root, int rounds, string? otherProgram)
    {
        var comparison = new Comparison(rounds, otherProgram);
        bool kept = true;
        foreach (string folder in Directory.GetDirectories(root).OrderBy(folder => new FileInfo(Path.Combine(folder, "model.onnx")).Length))
        {
            kept &= await comparison.CompareAsync(folder).ConfigureAwait(false);
        }

        Console.WriteLine(kept ? "\nall limits kept" : "\nA LIMIT IS NOT KEPT");
        return kept ? 0 : 1;
    }

    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : (sorted[(sorted.Length / 2) - 1] + sorted[sorted.Length / 2]) / 2;
    }

    private static double MedianRatio(IEnumerable<double> values, IEnumerable<double> baseline) =>
        Median(values.Zip(baseline, (value, yardstick) => value / yardstick));

    private static double MedianRatio(Sample[] samples, Sample[] baseline, Func<Sample, double> value) =>
        MedianRatio(samples.Select(value), baseline.Select(value));

    private async Task<bool> CompareAsync(string folder)
    {
        string model = Path.GetFileName(folder);
        double size = new FileInfo(Path.Combine(folder, "model.onnx")).Length / 1e6;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"\n### {model}, {size:0} MB, {_rounds} rounds\n"));
        Dictionary<string, Sample[]> warm = await MeasureAsync(folder, "warm").ConfigureAwait(false);
        Dictionary<string, Sample[]> cold = await MeasureAsync(folder, "cold").ConfigureAwait(false);
        Dictionary<string, double[]> runs = await WarmAsync(folder).ConfigureAwait(false);
        WriteTable(warm, cold, runs);
        bool withinLimits = WriteRatios(warm, cold, runs);
        string answer = warm["ort-path"][0].Answer;
        bool sameAnswers = warm[Mapped][0].Answer == answer && warm["library-prepared-memory"][0].Answer == answer;
        return sameAnswers && (withinLimits || model != Limited);
    }

    private void WriteTable(Dictionary<string, Sample[]> warm, Dictionary<string, Sample[]> cold, Dictionary<string, double[]> runs)
    {
        Console.WriteLine("| how the model is given | session ms | with all around it ms | first answer ms | peak MiB loading "
            + "| peak MiB running | anonymous MiB | cold cache: session ms | with all around it ms | first answer ms "
            + "| warm run p50 ms | same answer |");
        Console.WriteLine("|---|---|---|---|---|---|---|---|---|---|---|---|");
        foreach ((string name, _, _) in _ways)
        {
            double W(Func<Sample, double> value) => Median(warm[name].Select(value));
            double C(Func<Sample, double> value) => Median(cold[name].Select(value));
            double? median = runs.TryGetValue(name, out double[]? times) ? Median(times) : null;
            string run = median?.ToString("0.00", CultureInfo.InvariantCulture) ?? string.Empty;
            string same = warm[name][0].Answer == warm["ort-path"][0].Answer ? "yes" : "no";
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {name} | {W(s => s.Session):0.0} | {W(s => s.Created):0.0} | {W(s => s.Answered):0.0} | {W(s => s.LoadPeak) / 1024:0} "
                + $"| {W(s => s.Peak) / 1024:0} | {W(s => s.Anonymous) / 1024:0} | {C(s => s.Session):0.0} | {C(s => s.Created):0.0} "
                + $"| {C(s => s.Answered):0.0} | {run} | {same} |"));
        }
    }

    private bool WriteRatios(Dictionary<string, Sample[]> warm, Dictionary<string, Sample[]> cold, Dictionary<string, double[]> runs)
    {
        double speedup = MedianRatio(warm[Plain], warm[Mapped], sample => sample.Session);
        double memory = MedianRatio(warm[Mapped], warm[Plain], sample => sample.Peak);
        double run = MedianRatio(runs[Mapped], runs[Plain]);
        Say($"\nMedians of {_rounds} pairs; of {WarmRunCount} pairs where runs are compared:");
        Say($"- mapped, as the library does by itself, against the path: {speedup:0.0} times as fast (ResNet-50: at least {MinSpeedup}),");
        Say($"  {memory:0.00} of the peak memory (at most {MaxMemory}), a warm run takes {run:0.000} times as long (at most {MaxWarm})");
        double answered = MedianRatio(cold[Plain], cold[Mapped], sample => sample.Answered);
        Say($"- the same with a cold page cache, to the first answer, reading included: {answered:0.0} times as fast");
        double session = MedianRatio(warm[Unpacked], warm[Mapped], sample => sample.Session);
        double peak = MedianRatio(warm[Unpacked], warm[Mapped], sample => sample.Peak);
        double unpackedRun = MedianRatio(runs[Unpacked], runs[Mapped]);
        Say($"- without prepacking, against with it: session {session:0.00}, peak {peak:0.00}, warm run {unpackedRun:0.000}");
        foreach ((string name, _, string way) in _ways.Where(way => way.Name != way.Way))
        {
            session = MedianRatio(warm[way], warm[name], sample => sample.Session);
            answered = MedianRatio(warm[way], warm[name], sample => sample.Answered);
            peak = MedianRatio(warm[way], warm[name], sample => sample.Peak);
            Say($"- {way}, against {name}: session {session:0.000}, first answer {answered:0.000}, peak {peak:0.000}");
        }

        return speedup >= MinSpeedup && memory <= MaxMemory && run <= MaxWarm;
    }

    private async Task<Dictionary<string, Sample[]>> MeasureAsync(string folder, string cache)
    {
        var samples = _ways.ToDictionary(way => way.Name, _ => new Sample[_rounds]);
        for (int round = 0; round < _rounds; round++)
        {
            for (int place = 0; place < _ways.Count; place++)
            {
                (string name, string program, string way) = _ways[(place + round) % _ways.Count];
                samples[name][round] = Sample.Parse(await StartAsync(program, "measure", way, folder, "8", cache).ConfigureAwait(false));
            }
        }

        return samples.FirstOrDefault(pair => pair.Value.DistinctBy(sample => sample.Answer).Count() > 1).Key is { } unsteady
            ? throw new InvalidOperationException($"'{unsteady}' gave different answers to the same input.")
            : samples;
    }

    private static async Task<Dictionary<string, double[]>> WarmAsync(string folder)
    {
        string runs = WarmRunCount.ToString(CultureInfo.InvariantCulture);
        string output = await StartAsync(Environment.ProcessPath!, "warm", folder, runs).ConfigureAwait(false);
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split(' '))
            .ToDictionary(
                parts => parts[0],
                parts => parts[1..].Select(time => double.Parse(time, CultureInfo.InvariantCulture)).ToArray());
    }

    private static void Say(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));

    private static async Task<string> StartAsync(string program, params string[] args)
    {
        using var process = Process.Start(new ProcessStartInfo(program, args) { RedirectStandardOutput = true })!;
        string output = await process.StandardOutput.ReadToEndAsync().ConfigureAwait(false);
        await process.WaitForExitAsync().ConfigureAwait(false);
        return process.ExitCode == 0
            ? output
            : throw new InvalidOperationException($"{program} {string.Join(' ', args)} ended with {process.ExitCode}.");
    }
}
