namespace ServerlessInference.Tool.Cost;

/// <summary>A function and its load. Durations are those of one invocation, in milliseconds, as measured.</summary>
internal sealed record Workload
{
    /// <summary>Gets the memory size in MB.</summary>
    public required int MemoryMB { get; init; }

    /// <summary>Gets the architecture: <c>x86_64</c> or <c>arm64</c>.</summary>
    public required string Architecture { get; init; }

    /// <summary>Gets the duration of an invocation in a running process.</summary>
    public required double WarmMs { get; init; }

    /// <summary>Gets the duration of the first invocation of a process, from process start to answer.</summary>
    public double? ColdMs { get; init; }

    /// <summary>Gets the part of <see cref="ColdMs"/> that is the init phase.</summary>
    public double InitMs { get; init; }

    /// <summary>Gets the share of invocations that are cold starts, 0 to 1.</summary>
    public double ColdShare { get; init; }

    /// <summary>Gets how many requests an invocation answers.</summary>
    public int BatchSize { get; init; } = 1;

    /// <summary>Gets the size of <c>/tmp</c> in MB.</summary>
    public int EphemeralStorageMB { get; init; } = 512;

    /// <summary>Gets a value indicating whether processes are restored from a snapshot.</summary>
    public bool SnapStart { get; init; }

    /// <summary>Gets the schedule of calls that only keep the function warm; null for none.</summary>
    public WarmupSchedule? Warmup { get; init; }

    /// <summary>Gets the fees of other services.</summary>
    public IReadOnlyList<ServiceFee> Fees { get; init; } = [];

    /// <summary>A schedule of calls that keep environments warm.</summary>
    /// <param name="EveryMinutes">The time between two rounds of calls.</param>
    /// <param name="DurationMs">The duration of such a call.</param>
    /// <param name="Environments">The number of calls per round, one for each environment to keep warm.</param>
    internal sealed record WarmupSchedule(double EveryMinutes, double DurationMs, int Environments);
}
