namespace ServerlessInference.Tests.Support;

/// <summary>Knows when it has been disposed.</summary>
internal sealed class Owner : IDisposable
{
    private readonly TaskCompletionSource _disposed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public bool IsDisposed => _disposed.Task.IsCompleted;

    public Task Disposed => _disposed.Task;

    public int Count { get; private set; }

    public void Dispose()
    {
        Count++;
        _disposed.TrySetResult();
    }
}
