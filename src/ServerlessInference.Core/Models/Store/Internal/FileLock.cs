using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace ServerlessInference.Models.Store;

/// <summary>
/// A lock on a file that works between processes. The operating system releases it when its holder ends, even if that crashes.
/// </summary>
/// <remarks>
/// On Unix, .NET itself takes a <c>flock</c> when it opens a file: an exclusive one for <see cref="FileShare.None"/>, a shared one for
/// reading with <see cref="FileShare.Read"/>. It does not if the setting <c>System.IO.DisableFileLocking</c> is on, which some mounts
/// require; therefore this class takes the lock once more. A process may hold the same <c>flock</c> twice over one handle.
/// </remarks>
internal sealed partial class FileLock : IDisposable
{
    // EWOULDBLOCK on Linux, EWOULDBLOCK on macOS, ERROR_SHARING_VIOLATION on Windows.
    private static readonly int[] ContentionErrors = [11, 35, unchecked((int)0x80070020)];

    // LOCK_SH, LOCK_EX and LOCK_NB have the same values on Linux and macOS.
    private const int Shared = 1, Exclusive = 2, NonBlocking = 4;

    private readonly SafeFileHandle _handle;

    private FileLock(SafeFileHandle handle) => _handle = handle;

    /// <summary>Acquires the lock exclusively.</summary>
    /// <returns>The lock; <see langword="null"/> if somebody else holds it.</returns>
    public static FileLock? TryAcquireExclusive(string path) => TryAcquire(path, FileAccess.ReadWrite, FileShare.None);

    /// <summary>Acquires the lock together with other shared holders.</summary>
    /// <returns>The lock; <see langword="null"/> if somebody else holds it exclusively.</returns>
    public static FileLock? TryAcquireShared(string path) => TryAcquire(path, FileAccess.Read, FileShare.Read);

    /// <summary>Waits until the lock can be acquired exclusively.</summary>
    public static async Task<FileLock> AcquireExclusiveAsync(string path, TimeProvider time, CancellationToken cancellationToken) =>
        (await PollAsync(() => TryAcquireExclusive(path), TimeSpan.MaxValue, time, cancellationToken).ConfigureAwait(false))!;

    /// <summary>Waits until the lock can be acquired together with other shared holders.</summary>
    /// <returns>The lock; <see langword="null"/> if somebody else holds it exclusively for longer than the timeout.</returns>
    public static Task<FileLock?> TryAcquireSharedAsync(
        string path, TimeSpan timeout, TimeProvider time, CancellationToken cancellationToken) =>
        PollAsync(() => TryAcquireShared(path), timeout, time, cancellationToken);

    public void Dispose() => _handle.Dispose();

    private static async Task<FileLock?> PollAsync(
        Func<FileLock?> tryAcquire, TimeSpan timeout, TimeProvider time, CancellationToken cancellationToken)
    {
        // A flock gives no notification when it is released, hence the polling. It is frequent at first, because most locks are held only
        // for a moment.
        TimeSpan pause = TimeSpan.FromMilliseconds(5);
        long start = time.GetTimestamp();
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (tryAcquire() is { } acquired)
            {
                return acquired;
            }

            if (time.GetElapsedTime(start) >= timeout)
            {
                return null;
            }

            await Task.Delay(pause, time, cancellationToken).ConfigureAwait(false);
            pause = TimeSpan.FromMilliseconds(Math.Min(100, pause.TotalMilliseconds * 2));
        }
    }

    private static FileLock? TryAcquire(string path, FileAccess access, FileShare share)
    {
        try
        {
            SafeFileHandle handle = File.OpenHandle(path, FileMode.OpenOrCreate, access, share);

            // Any error other than contention means that the file system does not support locks. .NET ignores that as well: on such a file
            // system, only one process at a time may use the store.
            if (OperatingSystem.IsWindows()
                || Flock(handle, (share == FileShare.None ? Exclusive : Shared) | NonBlocking) == 0
                || Array.IndexOf(ContentionErrors, Marshal.GetLastPInvokeError()) < 0)
            {
                return new FileLock(handle);
            }

            handle.Dispose();
            return null;
        }
        catch (IOException exception) when (Array.IndexOf(ContentionErrors, exception.HResult) >= 0)
        {
            return null;
        }
    }

    [LibraryImport("libc", EntryPoint = "flock", SetLastError = true)]
    private static partial int Flock(SafeFileHandle handle, int operation);
}
