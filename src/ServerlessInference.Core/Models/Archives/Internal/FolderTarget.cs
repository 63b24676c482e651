using Microsoft.Win32.SafeHandles;
using ServerlessInference.Models.Store;

namespace ServerlessInference.Models.Archives;

/// <summary>Extracts into a staging folder of the store.</summary>
internal sealed class FolderTarget(StagingFolder staging) : IExtractionTarget
{
    private const UnixFileMode Permissions = (UnixFileMode)0x1FF; // 0777: neither set-user-id nor sticky bits

    public SafeFileHandle Create(string name, long length, UnixFileMode? mode)
    {
        staging.EnsureSpace(SpaceNeed.Of(length));
        SafeFileHandle file = File.OpenHandle(staging.PathOf(name), FileMode.CreateNew, FileAccess.Write);
        if (mode is { } wanted && !OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(file, (wanted & Permissions) | UnixFileMode.UserRead);
        }

        return file;
    }

    public void Complete(SafeFileHandle file) => file.Dispose();
}
