namespace ServerlessInference.Tool.Cost;

/// <summary>A function and what it is asked to do. Durations are those of one invocation, in milliseconds, as measured.</summary>
internal sealed record Workload
{
    /// <summary>Gets the memory size, MB.</summary>
    public required int MemoryMB { get; init; }

    /// <summary>Gets the architecture: <c>x86_64</c> or <c>arm64</c>.</summary>
    public required string Architecture { get; init; }

    /// <summary>Gets how long an invocation takes in a running process.</summary>
    public required double WarmMs { get; init; }

    /// <summary>Gets how long the first invocation of a process takes, from the process's start to the answer.</summary>
    public double? ColdMs { get; init; }

    /// <summary>Gets how much of <see cref="ColdMs"/> is the init phase.</summary>
    public double InitMs { get; init; }

    /// <summary>Gets the share of invocations that are the first of a process, 0 to 1.</summary>
    public double ColdShare { get; init; }

    /// <summary>Gets how many requests one invocation answers.</summary>
    public int BatchSize { get; init; } = 1;

    /// <summary>Gets the size of <c>/tmp</c>, MB.</summary>
    public int EphemeralStorageMB { get; init; } = 512;

    /// <summary>Gets a value indicating whether processes begin from a snapshot.</summary>
    public bool SnapStart { get; init; }

    /// <summary>Gets how often the function is called only to keep it warm; null for never.</summary>
    public WarmupSchedule? Warmup { get; init; }

    /// <summary>Calls that keep environments warm.</summary>
    /// <param name="EveryMinutes">The time between two rounds of calls.</param>
    /// <param name="DurationMs">How long such a call takes.</param>
    /// <param name="Environments">How many calls a round has, one for each environment that is to stay.</param>
    internal sealed record WarmupSchedule(double EveryMinutes, double DurationMs, int Environments);
}
