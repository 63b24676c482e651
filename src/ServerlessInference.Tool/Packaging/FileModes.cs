namespace ServerlessInference.Tool.Packaging;

/// <summary>The permissions of packed files: programs and scripts can be run, everything can be read. What the file system says differs between machines.</summary>
internal static class FileModes
{
    private const UnixFileMode Readable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    private const UnixFileMode Runnable = Readable | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    /// <summary>Gives a file's permissions.</summary>
    public static UnixFileMode Of(PackageFile file)
    {
        if (NativeImage.TryRead(file.Path) is not null)
        {
            return Runnable;
        }

        using var handle = File.OpenHandle(file.Path);
        Span<byte> start = stackalloc byte[2];
        return RandomAccess.Read(handle, start, 0) == start.Length && start.SequenceEqual("#!"u8) ? Runnable : Readable;
    }
}
