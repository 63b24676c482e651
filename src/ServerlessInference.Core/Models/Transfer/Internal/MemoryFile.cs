using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace ServerlessInference.Models.Transfer;

/// <summary>A file in memory that is deleted when its handle is closed.</summary>
/// <remarks>
/// While the handle is open, this process can open and map the file by its path like any other file. Source: the manual page of
/// <c>memfd_create</c> in Linux.
/// </remarks>
internal sealed partial class MemoryFile : IDisposable
{
    private const uint CloseOnExec = 1; // MFD_CLOEXEC

    private MemoryFile(SafeFileHandle handle) => Handle = handle;

    public SafeFileHandle Handle { get; }

    public string Path => $"/proc/self/fd/{Handle.DangerousGetHandle()}";

    public static MemoryFile Create(string name)
    {
        if (!OperatingSystem.IsLinux())
        {
            throw new ModelLoadException("Loading a model into memory files requires Linux. Set InMemory to false on this system.");
        }

        // The kernel accepts at most 249 bytes. The name is visible only in /proc.
        int handle = MemfdCreate(name.Length > 60 ? name[^60..] : name, CloseOnExec);
        return handle >= 0
            ? new MemoryFile(new SafeFileHandle(handle, ownsHandle: true))
            : throw new ModelLoadException(
                $"The system cannot create a memory file for '{name}': {Marshal.GetLastPInvokeErrorMessage()}. Set InMemory to false.");
    }

    public void Dispose() => Handle.Dispose();

    [LibraryImport("libc", EntryPoint = "memfd_create", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int MemfdCreate(string name, uint flags);
}
