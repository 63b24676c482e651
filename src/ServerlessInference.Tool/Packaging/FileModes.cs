using Microsoft.Win32.SafeHandles;

namespace ServerlessInference.Tool.Packaging;

/// <summary>
/// Determines the permissions of packaged files: everything is readable, programs and scripts are executable. They are not taken from the
/// file system, since they would differ between machines.
/// </summary>
internal static class FileModes
{
    private const UnixFileMode Readable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    private const UnixFileMode Runnable = Readable | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    /// <summary>Returns the permissions of a file.</summary>
    public static UnixFileMode Determine(PackageFile file)
    {
        if (NativeImage.TryRead(file.Path) is not null)
        {
            return Runnable;
        }

        using SafeFileHandle handle = File.OpenHandle(file.Path);
        Span<byte> start = stackalloc byte[2];
        return RandomAccess.Read(handle, start, 0) == start.Length && start.SequenceEqual("#!"u8) ? Runnable : Readable;
    }
}
