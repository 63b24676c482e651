namespace ServerlessInference.Tool.LocalRuntime.Cpu;

/// <summary>The CPU limit of a function's processes.</summary>
/// <param name="Method">How it is enforced: <c>cgroup-v2</c>, <c>cgroup-v1</c>, <c>affinity</c> or <c>none</c>.</param>
/// <param name="Share">The vCPUs that the function gets on AWS: 1.0 per 1,769 MB.</param>
/// <param name="Applied">The vCPUs that the process gets here, or null if it may use the whole machine.</param>
/// <param name="Launcher">
/// Words to put before the command: a program that sets the limit and then becomes the command; may be empty.
/// </param>
/// <param name="Processors">The number of processors that .NET should report in spite of the limit, or null.</param>
internal sealed record CpuLimit(string Method, double Share, double? Applied, IReadOnlyList<string> Launcher, int? Processors) : IDisposable
{
    private const double Tolerance = 0.01;

    /// <summary>Gets the directory to remove afterwards, or null.</summary>
    public string? ControlGroup { get; init; }

    /// <summary>Gets a value indicating whether the process gets the same share as on AWS, within one percent.</summary>
    public bool Emulated => Applied is { } applied && Math.Abs(applied - Share) <= Tolerance * Share;

    /// <summary>Removes the control group, if there is one. The processes in it must have ended.</summary>
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
            // A process that left the process tree may still be a member of the group. A group left behind costs nothing and ends with the
            // machine.
        }
    }
}
