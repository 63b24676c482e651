namespace ServerlessInference.Sessions;

/// <summary>The share of the budget that a loaded model has until it is really freed.</summary>
internal sealed class MemoryReservation(ModelMemory memory, long bytes) : IDisposable
{
    private int _disposed;

    /// <summary>Hears that nobody uses the model at the moment.</summary>
    public void BecameIdle() => memory.SomethingBecameIdle();

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            memory.Return(bytes);
        }
    }
}
