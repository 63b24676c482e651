using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace ServerlessInference.Tool.LocalRuntime.Cpu;

/// <summary>
/// Creates Linux control groups: in the group of this process or in one of its parents, wherever the CPU controller is enabled and the
/// system allows it. Source: the kernel's documents cgroup-v2 and scheduler/sched-bwc.
/// </summary>
/// <remarks>
/// Whether a group works is found out by trying, since the answer depends on the distribution, on containers and on delegation: a directory
/// can be created but has no CPU controller, or it can be configured but refuses members. Each candidate therefore passes three steps
/// (create, configure, join), and the first one that passes all of them is used.
/// </remarks>
/// <param name="mountInfo">The content of /proc/self/mountinfo; empty if it does not exist.</param>
/// <param name="membership">The content of /proc/self/cgroup; empty if it does not exist.</param>
internal sealed class ControlGroups(string mountInfo, string membership)
{
    /// <summary>A group: its directory, and the version of control groups it belongs to.</summary>
    internal readonly record struct Group(string Folder, string Method);

    /// <summary>Reads the groups of this process.</summary>
    public static ControlGroups ReadCurrent() => OperatingSystem.IsLinux()
        ? new ControlGroups(ReadOrEmpty("/proc/self/mountinfo"), ReadOrEmpty("/proc/self/cgroup"))
        : new ControlGroups("", "");

    /// <summary>Creates a group whose processes together get <paramref name="quota"/> in each <paramref name="period"/>.</summary>
    /// <param name="quota">Microseconds of processor time per period; more than one period means more than one processor.</param>
    /// <param name="period">The period in microseconds.</param>
    /// <param name="cancellationToken">Stops the attempts.</param>
    /// <returns>The group, or null if the system does not allow one.</returns>
    public async Task<Group?> TryCreateAsync(int quota, int period, CancellationToken cancellationToken)
    {
        (string File, string Value)[] version2 = [("cpu.max", Text(quota, period))];
        (string File, string Value)[] version1 = [("cpu.cfs_period_us", Text(period)), ("cpu.cfs_quota_us", Text(quota))];
        IEnumerable<(string parent, string Method, (string File, string Value)[] Settings)> candidates =
            Parents("cgroup2", null, "").Select(parent => (parent, Method: "cgroup-v2", Settings: version2))
            .Concat(Parents("cgroup", "cpu", "cpu").Select(parent => (parent, Method: "cgroup-v1", Settings: version1)));
        foreach ((string? parent, string? method, (string File, string Value)[]? settings) in candidates)
        {
            if (TryCreateFolder(parent) is not { } folder)
            {
                continue;
            }

            if (settings.All(setting => TryWrite(Path.Combine(folder, setting.File), setting.Value)) &&
                await CanJoinAsync(folder, cancellationToken).ConfigureAwait(false))
            {
                return new Group(folder, method);
            }

            Directory.Delete(folder);
        }

        return null;
    }

    /// <summary>Returns the words to put before a command so that it is a member of the group from its first instruction on.</summary>
    /// <remarks>A shell adds itself to the group and then replaces itself with the command.</remarks>
    public static IReadOnlyList<string> Launcher(string folder) =>
        ["/bin/sh", "-c", "echo $$ > \"$0/cgroup.procs\" && exec \"$@\"", folder];

    /// <summary>
    /// Returns the group of this process and its parents, innermost first, if the hierarchy of the controller is mounted.
    /// </summary>
    private IEnumerable<string> Parents(string fileSystem, string? mountOption, string controller)
    {
        if (MountPoint(fileSystem, mountOption) is not { } mount || OwnGroup(controller) is not { } own)
        {
            yield break;
        }

        for (string path = own.Trim('/'); ; path = Path.GetDirectoryName(path) ?? "")
        {
            yield return path.Length == 0 ? mount : Path.Combine(mount, path);
            if (path.Length == 0)
            {
                yield break;
            }
        }
    }

    /// <summary>Finds a mount point. A line of mountinfo is: … mount-point options - file-system source super-options.</summary>
    private string? MountPoint(string fileSystem, string? option)
    {
        foreach (string line in mountInfo.Split('\n'))
        {
            string[] halves = line.Split(" - ", 2);
            string[] before = halves[0].Split(' ');
            string[] after = halves.Length == 2 ? halves[1].Split(' ') : [];
            if (before.Length > 4 && after.Length > 2 && after[0] == fileSystem &&
                (option is null || after[2].Split(',').Contains(option, StringComparer.Ordinal)))
            {
                return before[4];
            }
        }

        return null;
    }

    /// <summary>
    /// Finds the group of this process. A line of /proc/self/cgroup is id:controllers:path; version 2 names no controllers.
    /// </summary>
    private string? OwnGroup(string controller)
    {
        foreach (string line in membership.Split('\n'))
        {
            string[] parts = line.Split(':', 3);
            if (parts.Length == 3 && parts[1].Split(',').Contains(controller, StringComparer.Ordinal))
            {
                return parts[2];
            }
        }

        return null;
    }

    private static string? TryCreateFolder(string parent)
    {
        string name = string.Create(CultureInfo.InvariantCulture, $"serverless-inference-{Environment.ProcessId}-{Guid.NewGuid():N}");
        try
        {
            return Directory.CreateDirectory(Path.Combine(parent, name)).FullName;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null; // Read-only, or owned by another user. The next parent may work.
        }
    }

    /// <summary>
    /// Tries to join a group. Even if it can be created and configured, the kernel may refuse members, depending on the owner of the group
    /// they come from.
    /// </summary>
    private static async Task<bool> CanJoinAsync(string folder, CancellationToken cancellationToken)
    {
        IReadOnlyList<string> launcher = Launcher(folder);
        var start = new ProcessStartInfo(launcher[0]) { RedirectStandardError = true };
        foreach (string word in launcher.Skip(1).Append("/bin/true"))
        {
            start.ArgumentList.Add(word);
        }

        try
        {
            using var probe = Process.Start(start);
            if (probe is null)
            {
                return false;
            }

            await probe.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
            return probe.ExitCode == 0;
        }
        catch (Win32Exception)
        {
            return false; // The system has no shell, so nothing can join the group before it becomes the command.
        }
    }

    private static bool TryWrite(string file, string value)
    {
        try
        {
            if (!File.Exists(file))
            {
                return false; // The controller is not enabled for this group.
            }

            File.WriteAllText(file, value);
            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static string ReadOrEmpty(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    private static string Text(params int[] numbers) =>
        string.Join(' ', numbers.Select(number => number.ToString(CultureInfo.InvariantCulture)));
}
