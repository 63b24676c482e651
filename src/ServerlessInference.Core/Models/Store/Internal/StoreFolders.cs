namespace ServerlessInference.Models.Store;

/// <summary>The layout of the store.</summary>
/// <remarks>
/// <list type="table">
/// <item><term><c>models/KEY</c></term><description>a published model, which is always complete</description></item>
/// <item><term><c>staging/KEY</c></term><description>a model that is being downloaded</description></item>
/// <item><term><c>trash</c></term><description>folders that are being deleted</description></item>
/// <item><term><c>locks/KEY.build</c></term><description>held by the process that downloads or deletes the model</description></item>
/// <item><term><c>locks/KEY.use</c></term><description>held by every process that uses the model</description></item>
/// </list>
/// </remarks>
internal sealed class StoreFolders(string root)
{
    public string Root { get; } = Path.GetFullPath(root);

    public string Models => Path.Combine(Root, "models");

    public string Staging => Path.Combine(Root, "staging");

    public string Trash => Path.Combine(Root, "trash");

    public string Locks => Path.Combine(Root, "locks");

    private string TrashLock => Path.Combine(Locks, "trash");

    public string GetModelFolder(string key) => Path.Combine(Models, key);

    public string GetStagingFolder(string key) => Path.Combine(Staging, key);

    public string GetBuildLock(string key) => Path.Combine(Locks, key + ".build");

    public string GetUseLock(string key) => Path.Combine(Locks, key + ".use");

    public void Create()
    {
        // Other users must not write here: on a shared machine, they could plant a model that this process would then run.
        const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        foreach (string folder in new[] { Root, Models, Staging, Trash, Locks })
        {
            if (OperatingSystem.IsWindows())
            {
                Directory.CreateDirectory(folder);
            }
            else
            {
                Directory.CreateDirectory(folder, Private);
            }
        }
    }

    /// <summary>Moves a folder to the trash, which is atomic, and then deletes it.</summary>
    /// <remarks>If the process is killed in between, no incomplete folder remains in a place where it could be used.</remarks>
    public void Delete(string folder)
    {
        if (!Directory.Exists(folder))
        {
            return;
        }

        // Without the lock, somebody empties the trash at this moment and will delete the folder, or a later process will.
        using FileLock? trashLock = FileLock.TryAcquireShared(TrashLock);
        string trashed = Path.Combine(Trash, Guid.NewGuid().ToString("N"));
        Directory.Move(folder, trashed);
        if (trashLock is not null)
        {
            Directory.Delete(trashed, recursive: true);
        }
    }

    /// <summary>Deletes the folders that remain if processes are killed during a deletion.</summary>
    public void EmptyTrash()
    {
        using FileLock? trashLock = FileLock.TryAcquireExclusive(TrashLock);
        if (trashLock is null)
        {
            return; // another process is deleting a folder; a later process will empty the trash
        }

        foreach (string trashed in Directory.EnumerateDirectories(Trash))
        {
            Directory.Delete(trashed, recursive: true);
        }
    }

    public static long GetSize(string folder)
    {
        long size = 0;
        if (Directory.Exists(folder))
        {
            foreach (FileInfo file in new DirectoryInfo(folder).EnumerateFiles("*", SearchOption.AllDirectories))
            {
                try
                {
                    size += file.Length;
                }
                catch (FileNotFoundException)
                {
                    // Another process has moved or deleted the file in the meantime.
                }
            }
        }

        return size;
    }
}
