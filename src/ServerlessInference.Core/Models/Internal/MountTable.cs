namespace ServerlessInference.Models;

/// <summary>Tells files on local disks from files on mounts that may be slow or hang.</summary>
/// <remarks>
/// It reads <c>/proc/self/mountinfo</c>, which never touches the mounts themselves. Source of its format: <c>proc_pid_mountinfo(5)</c>.
/// </remarks>
internal static class MountTable
{
    /// <summary>File systems whose content is on this machine. Everything else (NFS, which EFS is, FUSE, …) may be slow.</summary>
    private static readonly string[] _local =
        ["btrfs", "erofs", "ext2", "ext3", "ext4", "overlay", "ramfs", "rootfs", "squashfs", "tmpfs", "xfs", "zfs"];

    /// <summary>Returns whether any of these files is on a mount that may be slow.</summary>
    public static bool MayBeSlow(IReadOnlyCollection<ModelFile> files)
    {
        string? mounts = null;
        foreach (ModelFile file in files)
        {
            if (file.PhysicalPath is { } path && MayBeSlow(path, mounts ??= Read()))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Reads the mounts of this process; empty where there is no <c>/proc</c>.</summary>
    public static string Read()
    {
        const string File = "/proc/self/mountinfo";
        return System.IO.File.Exists(File) ? System.IO.File.ReadAllText(File) : string.Empty;
    }

    /// <summary>Returns whether a file is on a mount that may be slow; <see langword="false"/> if the mounts are not known.</summary>
    /// <param name="path">The absolute path of the file.</param>
    /// <param name="mountInfo">The content of <c>/proc/self/mountinfo</c>.</param>
    public static bool MayBeSlow(string path, string mountInfo)
    {
        string best = string.Empty, type = string.Empty;
        foreach (ReadOnlySpan<char> line in mountInfo.AsSpan().EnumerateLines())
        {
            // ID parent major:minor root mount-point options … - type source super-options
            const int MountPoint = 4;
            string[] fields = line.ToString().Split(' ');
            int dash = Array.IndexOf(fields, "-");
            if (dash <= MountPoint || dash + 1 >= fields.Length)
            {
                continue;
            }

            // The last of several mounts at the same place is the one in use.
            string mount = Unescape(fields[MountPoint]);
            if (mount.Length >= best.Length && IsBelow(path, mount))
            {
                best = mount;
                type = fields[dash + 1];
            }
        }

        return type.Length > 0 && Array.IndexOf(_local, type) < 0;
    }

    private static bool IsBelow(string path, string mount) =>
        mount == "/" || (path.StartsWith(mount, StringComparison.Ordinal) && (path.Length == mount.Length || path[mount.Length] == '/'));

    /// <summary>Spaces, tabs, line feeds and backslashes are written as three octal digits.</summary>
    private static string Unescape(string text) => !text.Contains('\\', StringComparison.Ordinal)
        ? text
        : text.Replace("\\040", " ", StringComparison.Ordinal)
            .Replace("\\011", "\t", StringComparison.Ordinal)
            .Replace("\\012", "\n", StringComparison.Ordinal)
            .Replace("\\134", "\\", StringComparison.Ordinal);
}
