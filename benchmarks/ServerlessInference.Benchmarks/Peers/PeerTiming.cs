namespace ServerlessInference.Benchmarks.Peers;

/// <summary>Times ourselves and our peers in turns, and says how far the peers' results are from ours.</summary>
internal static class PeerTiming
{
    private const string Ours = "ServerlessInference";

    /// <summary>Prints the times, with the ratios of the peers to ours, and the differences.</summary>
    /// <param name="title">What is done.</param>
    /// <param name="rounds">How many rounds.</param>
    /// <param name="repeat">How often the work is done for one time.</param>
    /// <param name="ours">Our work.</param>
    /// <param name="peers">A name for each peer, its work, and the difference of its last result to ours.</param>
    public static void Run(
        string title, int rounds, int repeat, Action ours, params IReadOnlyList<(string Name, Action Run, Func<string> Difference)> peers)
    {
        InterleavedTiming.Run(
            title,
            rounds,
            [new TimedAction(Ours, ours, repeat), .. peers.Select(peer => new TimedAction(peer.Name, peer.Run, repeat, Ours))]);
        foreach ((string name, Action run, Func<string> difference) in peers)
        {
            // Once more: peers may write to the same place.
            run();
            Console.WriteLine($"{name}: {difference()}");
        }
    }
}
