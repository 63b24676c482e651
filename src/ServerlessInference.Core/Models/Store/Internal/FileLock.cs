using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace ServerlessInference.Models.Store;

/// <summary>A lock on a file that holds between processes and ends with the process that has it, however that ends.</summary>
/// <remarks>
/// .NET takes <c>flock</c> on Unix: exclusively for <see cref="FileShare.None"/>, shared for reading with <see cref="FileShare.Read"/>. It is taken once more here, for a
/// program where .NET leaves that out (<c>System.IO.DisableFileLocking</c>, as is usual with files on some mounts).
/// </remarks>
internal sealed partial class FileLock : IDisposable
{
    // EWOULDBLOCK of Linux and of macOS, and Windows' sharing violation.
    private static readonly int[] Contended = [11, 35, unchecked((int)0x80070020)];

    // LOCK_SH, LOCK_EX and LOCK_NB, the same on Linux and macOS.
    private const int Shared = 1, Exclusive = 2, AtOnce = 4;

    private readonly SafeFileHandle _handle;

    private FileLock(SafeFileHandle handle) => _handle = handle;

    /// <summary>Takes the lock for one holder; <see langword="null"/> where anybody has it.</summary>
    public static FileLock? TryExclusive(string path) => Try(path, FileAccess.ReadWrite, FileShare.None);

    /// <summary>Takes the lock beside other sharers; <see langword="null"/> where somebody has it exclusively.</summary>
    public static FileLock? TryShared(string path) => Try(path, FileAccess.Read, FileShare.Read);

    /// <summary>Waits until nobody else has the lock.</summary>
    public static async Task<FileLock> ExclusiveAsync(string path, TimeProvider time, CancellationToken cancellationToken) =>
        (await WaitAsync(() => TryExclusive(path), TimeSpan.MaxValue, time, cancellationToken).ConfigureAwait(false))!;

    /// <summary>Waits for the lock beside other sharers; <see langword="null"/> where somebody has it exclusively for longer than that.</summary>
    public static Task<FileLock?> SharedAsync(string path, TimeSpan most, TimeProvider time, CancellationToken cancellationToken) =>
        WaitAsync(() => TryShared(path), most, time, cancellationToken);

    public void Dispose() => _handle.Dispose();

    private static async Task<FileLock?> WaitAsync(Func<FileLock?> take, TimeSpan most, TimeProvider time, CancellationToken cancellationToken)
    {
        // Nothing tells of a released flock, so this asks: often at first, since most builders hold it for a moment only.
        TimeSpan pause = TimeSpan.FromMilliseconds(5);
        long start = time.GetTimestamp();
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (take() is { } taken)
            {
                return taken;
            }

            if (time.GetElapsedTime(start) >= most)
            {
                return null;
            }

            await Task.Delay(pause, time, cancellationToken).ConfigureAwait(false);
            pause = TimeSpan.FromMilliseconds(Math.Min(100, pause.TotalMilliseconds * 2));
        }
    }

    private static FileLock? Try(string path, FileAccess access, FileShare share)
    {
        try
        {
            SafeFileHandle handle = File.OpenHandle(path, FileMode.OpenOrCreate, access, share);

            // A file system without such locks has room for one process at a time, as with .NET's own.
            if (OperatingSystem.IsWindows()
                || Flock(handle, (share == FileShare.None ? Exclusive : Shared) | AtOnce) == 0
                || Array.IndexOf(Contended, Marshal.GetLastPInvokeError()) < 0)
            {
                return new FileLock(handle);
            }

            handle.Dispose();
            return null;
        }
        catch (IOException exception) when (Array.IndexOf(Contended, exception.HResult) >= 0)
        {
            return null;
        }
    }

    [LibraryImport("libc", EntryPoint = "flock", SetLastError = true)]
    private static partial int Flock(SafeFileHandle handle, int operation);
}
