using System.Runtime.InteropServices;

namespace ServerlessInference.Models.Store;

/// <summary>Determines whether somebody else could have put models into the store.</summary>
/// <remarks>
/// <para>On a shared machine, anybody can create <c>/tmp/serverless-inference</c> before this process does, with models that it would then
/// run. The folders in the store must therefore belong to the user of this process, and nobody else may write to them. The root itself may
/// also belong to root, and may be writable by others if it has the sticky bit, like <c>/tmp</c>: others cannot replace the folders in it
/// then.</para>
/// <para>Source: the manual page of <c>statx</c>, whose structure is the same on all processors.</para>
/// </remarks>
internal static partial class StoreOwnership
{
    private const int CurrentDirectory = -100; // AT_FDCWD
    private const uint TypeModeAndOwner = 0x1 | 0x2 | 0x8; // STATX_TYPE, STATX_MODE, STATX_UID
    private const int UserAt = 20, ModeAt = 28, StructureSize = 256;
    private const int Sticky = 0x200, WritableByOthers = 0x12;

    /// <summary>Finds a reason not to trust the content of the store.</summary>
    /// <param name="folders">The folders, which exist.</param>
    /// <returns>The reason; <see langword="null"/> if there is none, or if the system does not say who owns a folder.</returns>
    public static string? FindObjection(StoreFolders folders)
    {
        if (!OperatingSystem.IsLinux())
        {
            return null;
        }

        uint user = GetEffectiveUser();
        if (TryGetOwner(folders.Root, out uint rootOwner, out int rootMode))
        {
            if (rootOwner != user && rootOwner != 0)
            {
                return Describe(folders.Root, rootOwner, user);
            }

            if ((rootMode & WritableByOthers) != 0 && (rootMode & Sticky) == 0)
            {
                return $"Other users can write to {folders.Root} (mode {Convert.ToString(rootMode & 0xFFF, 8)})";
            }
        }

        foreach (string folder in new[] { folders.Models, folders.Staging, folders.Trash, folders.Locks })
        {
            if (TryGetOwner(folder, out uint owner, out int mode))
            {
                if (owner != user)
                {
                    return Describe(folder, owner, user);
                }

                if ((mode & WritableByOthers) != 0)
                {
                    return $"Other users can write to {folder} (mode {Convert.ToString(mode & 0xFFF, 8)})";
                }
            }
        }

        return null;
    }

    private static string Describe(string folder, uint owner, uint user) =>
        $"{folder} belongs to the user {owner}, and this process runs as the user {user}";

    private static bool TryGetOwner(string path, out uint owner, out int mode)
    {
        Span<byte> status = stackalloc byte[StructureSize];
        status.Clear();
        bool known = StatX(CurrentDirectory, path, 0, TypeModeAndOwner, ref MemoryMarshal.GetReference(status)) == 0;
        owner = BitConverter.ToUInt32(status[UserAt..]);
        mode = BitConverter.ToUInt16(status[ModeAt..]);
        return known;
    }

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int StatX(int directory, string path, int flags, uint mask, ref byte status);

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint GetEffectiveUser();
}
