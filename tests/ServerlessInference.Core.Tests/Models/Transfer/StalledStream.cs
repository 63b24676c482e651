namespace ServerlessInference.Tests.Models.Transfer;

/// <summary>A body that never comes.</summary>
internal class StalledStream(Action? waiting = null) : MemoryStream
{
    /// <summary>Never completes.</summary>
    /// <remarks>The callback is for a clock that a test moves: nobody else would let the reader's patience run out.</remarks>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        waiting?.Invoke();
        await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
        return 0;
    }
}
