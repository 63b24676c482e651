using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace ServerlessInference.Models.Transfer;

/// <summary>A file without a name that lives in memory and goes with its handle (Linux' <c>memfd_create</c>, see its manual page).</summary>
/// <remarks>It can be opened and mapped through its path like any other, as long as the handle is open, by this process alone.</remarks>
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
            throw new ModelLoadException("A model can be kept in memory files on Linux only. Set InMemory to false on this system.");
        }

        // The kernel takes at most 249 bytes of name, which only /proc shows.
        int handle = MemfdCreate(name.Length > 60 ? name[^60..] : name, CloseOnExec);
        return handle >= 0
            ? new MemoryFile(new SafeFileHandle(handle, ownsHandle: true))
            : throw new ModelLoadException($"The system gives no memory file for '{name}': {Marshal.GetLastPInvokeErrorMessage()}. Set InMemory to false.");
    }

    public void Dispose() => Handle.Dispose();

    [LibraryImport("libc", EntryPoint = "memfd_create", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int MemfdCreate(string name, uint flags);
}
