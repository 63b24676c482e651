using System.Runtime.InteropServices;

namespace ServerlessInference.Sessions;

/// <summary>Returns memory that native code has freed to the operating system.</summary>
/// <remarks>
/// glibc keeps freed memory for later allocations; after a session of 100 MB, that is 100 MB of a small function's memory. Its function
/// <c>malloc_trim(0)</c> returns whole pages of all arenas. Other C libraries have no such function; there, nothing happens.
/// </remarks>
internal static partial class NativeHeap
{
    private const string Library = "libc.so.6";

    /// <summary>Gets a value indicating whether the C library of this system has the function.</summary>
    public static bool CanTrim { get; } = OperatingSystem.IsLinux()
        && NativeLibrary.TryLoad(Library, out nint library)
        && NativeLibrary.TryGetExport(library, "malloc_trim", out _);

    /// <summary>Returns all free memory. This takes milliseconds, so never call it while a request waits.</summary>
    public static void Trim()
    {
        if (CanTrim)
        {
            _ = TrimAll(0);
        }
    }

    [LibraryImport(Library, EntryPoint = "malloc_trim")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial int TrimAll(nuint keep);
}
