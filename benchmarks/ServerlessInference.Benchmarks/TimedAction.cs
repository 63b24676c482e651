namespace ServerlessInference.Benchmarks;

/// <summary>What is timed.</summary>
/// <param name="Name">The name to print.</param>
/// <param name="Run">The work.</param>
/// <param name="Repeat">How often it is done for one time, so that short work is not lost in the clock's resolution.</param>
/// <param name="Baseline">The name of the action that it is compared with.</param>
internal sealed record TimedAction(string Name, Action Run, int Repeat = 1, string? Baseline = null);
