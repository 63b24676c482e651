using System.Runtime.InteropServices;

namespace ServerlessInference.Sessions;

/// <summary>Recognises file systems that are mounted read-only, such as layers and images on Lambda.</summary>
/// <remarks>
/// Source: the manual page of <c>statvfs</c>. On 64-bit Linux, <c>struct statvfs</c> of glibc and of musl has <c>f_flag</c> as its tenth
/// word. Permissions of files are not considered: on a network mount, other machines write with the same user.
/// </remarks>
internal static partial class ReadOnlyFileSystem
{
    private const int FlagIndex = 9, Words = 16;
    private const ulong ReadOnly = 1; // ST_RDONLY

    /// <summary>Returns whether the file system is read-only; <see langword="false"/> if that is not known.</summary>
    public static bool Contains(string path)
    {
        if (!OperatingSystem.IsLinux() || !Environment.Is64BitProcess)
        {
            return false;
        }

        Span<ulong> status = stackalloc ulong[Words];
        status.Clear();
        return StatVfs(path, ref MemoryMarshal.GetReference(status)) == 0 && (status[FlagIndex] & ReadOnly) != 0;
    }

    [LibraryImport("libc", EntryPoint = "statvfs", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int StatVfs(string path, ref ulong status);
}
