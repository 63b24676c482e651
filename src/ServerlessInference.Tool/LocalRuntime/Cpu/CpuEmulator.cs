using System.Globalization;

namespace ServerlessInference.Tool.LocalRuntime.Cpu;

/// <summary>
/// Gives a function the CPU time that comes with its memory size on AWS, as far as this machine allows: with a control group (version 2,
/// then 1), otherwise by pinning it to whole processors, otherwise not at all. The output always reports which of these was used.
/// </summary>
internal sealed class CpuEmulator(ControlGroups groups, string? taskset, int machineProcessors)
{
    // The period of the quota. Shorter periods spread the time more evenly. The kernel's default is 100 ms; AWS does not document its own.
    private const int PeriodMicroseconds = 20_000;

    /// <summary>Creates the emulator for this machine.</summary>
    public static CpuEmulator ForCurrentMachine() => new(
        ControlGroups.ReadCurrent(),
        OperatingSystem.IsLinux() ? FindOnPath("taskset") : null,
        Environment.ProcessorCount);

    /// <summary>Prepares the limit for a memory size. Dispose of it when its processes have ended.</summary>
    public async Task<CpuLimit> CreateAsync(int memoryMB, CancellationToken cancellationToken)
    {
        double share = (double)memoryMB / LambdaLimits.MemoryMBPerCpu;
        if (share > machineProcessors)
        {
            // The machine has fewer processors than the function would get on AWS. It runs without a limit, and the output says so.
            return new CpuLimit("none", share, machineProcessors, [], null);
        }

        int quota = (int)Math.Round(share * PeriodMicroseconds);
        if (await groups.TryCreateAsync(quota, PeriodMicroseconds, cancellationToken).ConfigureAwait(false) is { } group)
        {
            IReadOnlyList<string> launcher = ControlGroups.Launcher(group.Folder);
            return new CpuLimit(group.Method, share, share, launcher, Math.Min(machineProcessors, VisibleProcessors(memoryMB)))
            {
                ControlGroup = group.Folder,
            };
        }

        if (taskset is null)
        {
            return new CpuLimit("none", share, null, [], null);
        }

        int cores = Math.Max(1, (int)Math.Round(share));
        string mask = string.Create(CultureInfo.InvariantCulture, $"0-{cores - 1}");
        return new CpuLimit("affinity", share, cores, [taskset, "-c", mask], null);
    }

    /// <summary>Returns how many vCPUs a function sees. Source: third-party measurements (rwnx/lambda-cpuinfo).</summary>
    public static int VisibleProcessors(int memoryMB) => memoryMB switch
    {
        <= 3_008 => 2,
        <= 5_307 => 3,
        <= 7_076 => 4,
        <= 8_845 => 5,
        _ => 6,
    };

    private static string? FindOnPath(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        .Select(folder => Path.Combine(folder, program))
        .FirstOrDefault(File.Exists);
}
