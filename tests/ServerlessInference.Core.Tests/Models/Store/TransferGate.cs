namespace ServerlessInference.Tests.Models.Store;

/// <summary>Pauses a <see cref="FileServer"/> after it has sent a number of bytes, counted over all bodies. Thread-safe.</summary>
internal sealed class TransferGate : IDisposable
{
    private readonly ManualResetEventSlim _open = new(initialState: true);
    private readonly Lock _lock = new();
    private TaskCompletionSource? _reached;
    private long _left;

    public TransferGate(FileServer server) => server.Sending = Pass;

    /// <summary>Lets a number of bytes pass, and then no more.</summary>
    /// <returns>A task that completes when the server has paused.</returns>
    public Task CloseAfter(long bytes)
    {
        lock (_lock)
        {
            _left = bytes;
            _reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _reached.Task;
        }
    }

    /// <summary>Lets all bytes pass again.</summary>
    public void Open()
    {
        lock (_lock)
        {
            _reached = null;
            _open.Set();
        }
    }

    public void Dispose() => _open.Dispose();

    private void Pass(int bytes, CancellationToken stop)
    {
        lock (_lock)
        {
            if (_reached is not null && (_left -= bytes) < 0)
            {
                _open.Reset();
                _reached.TrySetResult();
            }
        }

        _open.Wait(stop);
    }
}
