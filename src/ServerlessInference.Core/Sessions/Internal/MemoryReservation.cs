namespace ServerlessInference.Sessions;

/// <summary>The share of the memory budget that a loaded model holds until it has been freed.</summary>
internal sealed class MemoryReservation(ModelMemory memory, long bytes) : IDisposable
{
    private int _disposed;

    /// <summary>Called when the last lease of the model has been returned.</summary>
    public void OnIdle() => memory.OnModelIdle();

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            memory.Return(bytes);
        }
    }
}
