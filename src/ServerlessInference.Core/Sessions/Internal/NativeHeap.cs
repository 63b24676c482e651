using System.Runtime.InteropServices;

namespace ServerlessInference.Sessions;

/// <summary>Gives memory that native code has freed back to the system.</summary>
/// <remarks>
/// glibc keeps what was freed for the next allocation; after a session of 100 MB that is 100 MB of a small function's memory. Its
/// <c>malloc_trim(0)</c> returns whole pages of all arenas. Other C libraries have no such function, and then nothing happens.
/// </remarks>
internal static partial class NativeHeap
{
    private const string Library = "libc.so.6";

    /// <summary>Gets a value indicating whether this system has the means.</summary>
    public static bool CanTrim { get; } = OperatingSystem.IsLinux()
        && NativeLibrary.TryLoad(Library, out nint library)
        && NativeLibrary.TryGetExport(library, "malloc_trim", out _);

    /// <summary>Returns what is free; it takes milliseconds, so it belongs on no request's path.</summary>
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
