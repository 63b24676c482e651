namespace ServerlessInference.Models.Store;

/// <summary>Makes space in the store. Abandoned downloads are deleted first, then the models that have not been used for longest.</summary>
internal sealed class StoreSpace(StoreFolders folders, ModelStoreOptions options, TimeProvider time, string currentKey)
{
    /// <summary>Space for everything other than the content of files: folders, manifests, rounding up to blocks.</summary>
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

    /// <summary>
    /// Deletes staging folders that no process is working on, if they are old enough or if their model has been published.
    /// </summary>
    /// <param name="minAge">How long ago the last byte must have been written.</param>
    public void RemoveStaging(TimeSpan minAge)
    {
        foreach (string folder in Directory.EnumerateDirectories(folders.Staging))
        {
            // The folder may be inspected only under the lock, because its holder publishes or deletes it.
            string key = Path.GetFileName(folder);
            using FileLock? build = key == currentKey ? null : FileLock.TryAcquireExclusive(folders.GetBuildLock(key));
            if (build is not null && !IsWorthResuming(key, minAge))
            {
                folders.Delete(folder);
            }
        }
    }

    // A staging folder of a published model remains if a process is killed right after publishing. A time in the future means that the
    // clock has been set back since; then the distance is as good an estimate as any.
    private bool IsWorthResuming(string key, TimeSpan maxAge) =>
        !Directory.Exists(folders.GetModelFolder(key))
        && (time.GetUtcNow() - GetLastWrite(folders.GetStagingFolder(key))).Duration() < maxAge;

    private void RemoveUnused(string key)
    {
        using FileLock? build = FileLock.TryAcquireExclusive(folders.GetBuildLock(key));
        using FileLock? use = build is null ? null : FileLock.TryAcquireExclusive(folders.GetUseLock(key));
        if (use is not null)
        {
            folders.Delete(folders.GetModelFolder(key));
        }
    }

    private List<string> LeastRecentlyUsedFirst() =>
    [
        .. Directory.EnumerateDirectories(folders.Models)
            .Where(folder => Path.GetFileName(folder) != currentKey)
            .OrderBy(folder => File.GetLastWriteTimeUtc(Path.Combine(folder, StoreManifest.FileName)))
            .Select(folder => Path.GetFileName(folder)),
    ];

    // Downloading writes to existing files, which does not change the time of the folder. The state files show the progress.
    private static DateTimeOffset GetLastWrite(string folder)
    {
        DateTime last = Directory.GetLastWriteTimeUtc(folder);
        foreach (string file in Directory.Exists(folder) ? Directory.EnumerateFiles(folder) : [])
        {
            DateTime written = File.GetLastWriteTimeUtc(file);
            last = written > last ? written : last;
        }

        return new DateTimeOffset(last);
    }

    private bool Fits(SpaceNeed need) =>
        GetFreeSpace() - Margin >= need.Bytes && (GetRemainingAllowance() is not { } allowance || allowance - Margin >= need.Growth);

    private long GetFreeSpace() => new DriveInfo(folders.Root).AvailableFreeSpace;

    /// <summary>Gets by how much the store may grow; <see langword="null"/> without a configured limit.</summary>
    private long? GetRemainingAllowance() =>
        options.MaxBytes - StoreFolders.GetSize(folders.Models) - StoreFolders.GetSize(folders.Staging);

    private string Explain(SpaceNeed need, string description)
    {
        long free = GetFreeSpace();
        if (options.MaxBytes is { } limit && free - Margin >= need.Bytes)
        {
            string remaining = FormatMegabytes(Math.Max(0, GetRemainingAllowance()!.Value));
            return $"{description} needs {FormatMegabytes(need.Growth)} more in the store {folders.Root}, but only {remaining} are left " +
                $"of the {FormatMegabytes(limit)} that the store may use. Raise ServerlessInference:Store:MaxBytes.";
        }

        return $"{description} needs {FormatMegabytes(need.Bytes)} more in the store {folders.Root}, but only {FormatMegabytes(free)} " +
            "are free. Raise the function's ephemeral storage (EphemeralStorage.Size, 512 to 10,240 MB), set " +
            "ServerlessInference:Store:Root to a larger disk, or load the model into memory (#memory=true in its URI).";
    }

    private static string FormatMegabytes(long bytes) => $"{bytes / 1_000_000.0:#,0.0} MB";
}
