namespace ServerlessInference.Tool.LocalRuntime.Cpu;

/// <summary>A CPU share that processes are started under.</summary>
/// <param name="Method">How it is enforced: <c>cgroup-v2</c>, <c>cgroup-v1</c>, <c>affinity</c> or <c>none</c>.</param>
/// <param name="Share">The vCPUs that AWS gives, 1.0 per 1,769 MB.</param>
/// <param name="Applied">The vCPUs that the process really gets, or null where it may use the whole machine.</param>
/// <param name="Launcher">Words that stand before the command and replace themselves by it; may be empty.</param>
/// <param name="Processors">The processors that .NET shall see in spite of the limit, or null.</param>
internal sealed record CpuLimit(string Method, double Share, double? Applied, IReadOnlyList<string> Launcher, int? Processors) : IDisposable
{
    private const double Tolerance = 0.01;

    /// <summary>The folder to remove afterwards, or null.</summary>
    public string? ControlGroup { get; init; }

    /// <summary>Gets whether the process runs with the share that AWS gives, within one percent.</summary>
    public bool Emulated => Applied is { } applied && Math.Abs(applied - Share) <= Tolerance * Share;

    /// <summary>Removes the control group, where there is one. The processes in it must have ended.</summary>
    public void Dispose()
    {
        if (ControlGroup is null)
        {
            return;
        }

        try
        {
            Directory.Delete(ControlGroup);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // A process that left the tree may still sit in the group; an empty group costs nothing and goes with the machine.
        }
    }
}
