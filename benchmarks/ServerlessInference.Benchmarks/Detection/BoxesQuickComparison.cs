namespace ServerlessInference.Benchmarks.Detection;

/// <summary>Decodes and suppresses YOLOv8's <c>[84, 8400]</c> in turns with one vectorised pass over the same numbers.</summary>
internal static class BoxesQuickComparison
{
    /// <summary>Runs the comparison.</summary>
    /// <param name="arguments">The number of rounds, 200 if left out.</param>
    public static void Run(string[] arguments)
    {
        int rounds = InterleavedTiming.Rounds(arguments, 200);
        var work = new DetectionWork();
        const string pass = "one vectorised pass for the maximum";
        InterleavedTiming.Run(
            "[84, 8400]",
            rounds,
            new TimedAction(pass, () => work.MaximumPass(), Repeat: 20),
            new TimedAction("the same with TensorPrimitives.Max", () => work.TensorPrimitivesMax(), Repeat: 20, Baseline: pass),
            new TimedAction("decode and suppress, 100 candidates", () => work.TypicalScene(), Repeat: 20, Baseline: pass),
            new TimedAction("decode and suppress, all 8,400 boxes", () => work.WorstCase(), Repeat: 1, Baseline: pass));
    }
}
