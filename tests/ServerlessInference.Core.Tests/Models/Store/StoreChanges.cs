namespace ServerlessInference.Tests.Models.Store;

/// <summary>Counts the changes of a store's files and folders, whichever process makes them. Thread-safe.</summary>
internal sealed class StoreChanges : IDisposable
{
    private readonly FileSystemWatcher _watcher;
    private readonly Lock _lock = new();
    private TaskCompletionSource? _reached;
    private int _count;
    private int _wanted;

    public StoreChanges(string root)
    {
        _watcher = new FileSystemWatcher(root)
        {
            IncludeSubdirectories = true,
            NotifyFilter = NotifyFilters.FileName | NotifyFilters.DirectoryName | NotifyFilters.LastWrite | NotifyFilters.Size,
        };
        _watcher.Created += Count;
        _watcher.Changed += Count;
        _watcher.Deleted += Count;
        _watcher.Renamed += Count;
        _watcher.EnableRaisingEvents = true;
    }

    /// <summary>Begins to count anew.</summary>
    /// <returns>What completes with the change of that number.</returns>
    public Task CountTo(int wanted)
    {
        lock (_lock)
        {
            (_count, _wanted) = (0, wanted);
            _reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _reached.Task;
        }
    }

    /// <summary>Gets how many changes there were since the count began.</summary>
    public int Seen
    {
        get
        {
            lock (_lock)
            {
                return _count;
            }
        }
    }

    public void Dispose() => _watcher.Dispose();

    private void Count(object sender, FileSystemEventArgs change)
    {
        lock (_lock)
        {
            if (++_count >= _wanted)
            {
                _reached?.TrySetResult();
            }
        }
    }
}
