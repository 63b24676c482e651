using Microsoft.Win32.SafeHandles;
using ServerlessInference.Models.Store;

namespace ServerlessInference.Models.Archives;

/// <summary>Extracts files into a staging folder of the store.</summary>
internal sealed class FolderTarget(StagingFolder staging) : IExtractionTarget
{
    private const UnixFileMode Permissions = (UnixFileMode)0x1FF; // octal 0777, which excludes the set-user-id and sticky bits

    public SafeFileHandle Create(string name, long length, UnixFileMode? mode)
    {
        staging.EnsureSpace(SpaceNeed.ForNewFiles(length));
        SafeFileHandle file = File.OpenHandle(staging.CreatePath(name), FileMode.CreateNew, FileAccess.Write);
        if (mode is { } wanted && !OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(file, (wanted & Permissions) | UnixFileMode.UserRead);
        }

        return file;
    }

    public void Complete(SafeFileHandle file) => file.Dispose();
}
