namespace ServerlessInference.Benchmarks.Text;

/// <summary>Tokenizes one million characters in turns with splitting at spaces and one look-up per word.</summary>
internal static class TextQuickComparison
{
    /// <summary>Runs the comparison.</summary>
    /// <param name="arguments">The number of rounds, 60 if left out.</param>
    public static void Run(string[] arguments)
    {
        int rounds = InterleavedTiming.Rounds(arguments, 60);
        var work = new TokenizerWork();
        const string splitting = "splitting at spaces, one look-up per word";
        InterleavedTiming.Run(
            "One million characters",
            rounds,
            new TimedAction(splitting, () => work.SplitAndLookUp()),
            new TimedAction("WordPiece, ids only", () => work.IdsOnly(), Baseline: splitting),
            new TimedAction("WordPiece, with offsets and masks", () => work.WithOffsets(), Baseline: splitting));
        InterleavedTiming.Run("vocab.txt, 30,522 tokens", rounds, new TimedAction("loading", () => work.Load()));
    }
}
