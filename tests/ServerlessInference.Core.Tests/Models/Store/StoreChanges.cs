namespace ServerlessInference.Tests.Models.Store;

/// <summary>Counts the changes to the files and folders of a store, made by any process. Thread-safe.</summary>
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

    /// <summary>Restarts the count.</summary>
    /// <returns>A task that completes with the change of the given number.</returns>
    public Task CountTo(int wanted)
    {
        lock (_lock)
        {
            (_count, _wanted) = (0, wanted);
            _reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _reached.Task;
        }
    }

    /// <summary>Gets the number of changes since the count was restarted.</summary>
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
