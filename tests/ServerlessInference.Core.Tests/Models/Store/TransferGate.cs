namespace ServerlessInference.Tests.Models.Store;

/// <summary>Stops a <see cref="FileServer"/> in the middle of its bodies: after so many bytes of all of them together. Thread-safe.</summary>
internal sealed class TransferGate : IDisposable
{
    private readonly ManualResetEventSlim _open = new(initialState: true);
    private readonly Lock _lock = new();
    private TaskCompletionSource? _reached;
    private long _left;

    public TransferGate(FileServer server) => server.Sending = Pass;

    /// <summary>Lets so many bytes pass and then none.</summary>
    /// <returns>What completes when the server has stopped.</returns>
    public Task CloseAfter(long bytes)
    {
        lock (_lock)
        {
            _left = bytes;
            _reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _reached.Task;
        }
    }

    /// <summary>Lets everything pass again.</summary>
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
