namespace ServerlessInference.Models.Store;

/// <summary>Makes room in the store: stale downloads go first, then the versions that nobody has used for longest.</summary>
internal sealed class StoreSpace(StoreFolders folders, ModelStoreOptions options, TimeProvider time, string currentKey)
{
    /// <summary>What a file system needs beside the files themselves: folders, markers, rounding to blocks.</summary>
    private const long Margin = 1024 * 1024;

    public void Ensure(SpaceNeed need, string description)
    {
        if (!TryEnsure(need))
        {
            throw new ModelLoadException(Explain(need, description));
        }
    }

    public bool TryEnsure(SpaceNeed need)
    {
        if (Fits(need))
        {
            return true;
        }

        RemoveStaging(TimeSpan.Zero);
        foreach (string key in LeastRecentlyUsedFirst())
        {
            if (Fits(need))
            {
                return true;
            }

            RemoveUnused(key);
        }

        return Fits(need);
    }

    /// <summary>Deletes half-finished downloads that nobody works on and that nobody has touched for a while, and what is left of finished ones.</summary>
    public void RemoveStaging(TimeSpan untouchedFor)
    {
        foreach (string folder in Directory.EnumerateDirectories(folders.Staging))
        {
            // Looked at under the lock alone: whoever has it publishes and deletes.
            string key = Path.GetFileName(folder);
            using FileLock? build = key == currentKey ? null : FileLock.TryExclusive(folders.BuildLock(key));
            if (build is not null && !IsWanted(key, untouchedFor))
            {
                folders.Delete(folder);
            }
        }
    }

    // A process killed right after publishing leaves its staging folder beside the published one. A time to come is from before the clock was set back.
    private bool IsWanted(string key, TimeSpan untouchedFor) =>
        !Directory.Exists(folders.Model(key)) && (time.GetUtcNow() - LastWrite(folders.StagingOf(key))).Duration() < untouchedFor;

    private void RemoveUnused(string key)
    {
        using FileLock? build = FileLock.TryExclusive(folders.BuildLock(key));
        using FileLock? use = build is null ? null : FileLock.TryExclusive(folders.UseLock(key));
        if (use is not null)
        {
            folders.Delete(folders.Model(key));
        }
    }

    private List<string> LeastRecentlyUsedFirst() =>
    [
        .. Directory.EnumerateDirectories(folders.Models)
            .Where(folder => Path.GetFileName(folder) != currentKey)
            .OrderBy(folder => File.GetLastWriteTimeUtc(Path.Combine(folder, StoreManifest.FileName)))
            .Select(folder => Path.GetFileName(folder)),
    ];

    // Blocks arrive in the files, which leaves the folders' own times alone.
    private static DateTimeOffset LastWrite(string folder)
    {
        DateTime last = Directory.GetLastWriteTimeUtc(folder);
        foreach (string file in Directory.Exists(folder) ? Directory.EnumerateFiles(folder) : [])
        {
            DateTime written = File.GetLastWriteTimeUtc(file);
            last = written > last ? written : last;
        }

        return new DateTimeOffset(last);
    }

    private bool Fits(SpaceNeed need) => Free() - Margin >= need.Bytes && (Allowance() is not { } allowance || allowance - Margin >= need.Growth);

    private long Free() => new DriveInfo(folders.Root).AvailableFreeSpace;

    private long? Allowance() => options.MaxBytes - StoreFolders.SizeOf(folders.Models) - StoreFolders.SizeOf(folders.Staging);

    private string Explain(SpaceNeed need, string description)
    {
        long free = Free();
        if (options.MaxBytes is { } limit && free - Margin >= need.Bytes)
        {
            return $"{description} needs {Megabytes(need.Growth)} more in the store {folders.Root}, and {Megabytes(Math.Max(0, Allowance()!.Value))} are free there " +
                $"of the {Megabytes(limit)} that the store may hold. Raise ServerlessInference:Store:MaxBytes.";
        }

        return $"{description} needs {Megabytes(need.Bytes)} more in the store {folders.Root}, and {Megabytes(free)} are free there. Raise the function's ephemeral storage " +
            "(EphemeralStorage.Size, 512 to 10,240 MB), set ServerlessInference:Store:Root to a larger disk, or load the model into memory (#memory=true in its URI).";
    }

    private static string Megabytes(long bytes) => $"{bytes / 1_000_000.0:#,0.0} MB";
}
