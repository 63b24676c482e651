namespace ServerlessInference.Models.Store;

/// <summary>What lies where under the store's root.</summary>
/// <remarks>
/// <c>models/KEY</c> holds published models, each whole; <c>staging/KEY</c> what is on its way; <c>trash</c> what is being deleted;
/// <c>locks/KEY.build</c> is held by whoever fetches or removes a model, <c>locks/KEY.use</c> by everybody who uses it.
/// </remarks>
internal sealed class StoreFolders(string root)
{
    public string Root { get; } = Path.GetFullPath(root);

    public string Models => Path.Combine(Root, "models");

    public string Staging => Path.Combine(Root, "staging");

    public string Trash => Path.Combine(Root, "trash");

    public string Locks => Path.Combine(Root, "locks");

    public string Model(string key) => Path.Combine(Models, key);

    public string StagingOf(string key) => Path.Combine(Staging, key);

    public string BuildLock(string key) => Path.Combine(Locks, key + ".build");

    private string TrashLock => Path.Combine(Locks, "trash");

    public string UseLock(string key) => Path.Combine(Locks, key + ".use");

    public void Create()
    {
        // Nobody else's business: on a shared machine a planted model would run in this process.
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

    /// <summary>Takes a folder out of sight in one step, then deletes it: a process killed in between leaves nothing half there.</summary>
    public void Delete(string folder)
    {
        if (!Directory.Exists(folder))
        {
            return;
        }

        using FileLock? deleting = FileLock.TryShared(TrashLock);
        string grave = Path.Combine(Trash, Guid.NewGuid().ToString("N"));
        Directory.Move(folder, grave);
        if (deleting is not null)
        {
            Directory.Delete(grave, recursive: true);
        }
    }

    /// <summary>Deletes what processes killed during a deletion left.</summary>
    public void EmptyTrash()
    {
        using FileLock? alone = FileLock.TryExclusive(TrashLock);
        if (alone is null)
        {
            return; // somebody deletes at this moment; a later process looks again
        }

        foreach (string grave in Directory.EnumerateDirectories(Trash))
        {
            Directory.Delete(grave, recursive: true);
        }
    }

    public static long SizeOf(string folder)
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
                    // Another process moved or deleted it meanwhile.
                }
            }
        }

        return size;
    }
}
