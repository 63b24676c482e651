namespace ServerlessInference.Tests.Models.Transfer;

/// <summary>A body that never delivers a byte.</summary>
internal class StalledStream(Action? waiting = null) : MemoryStream
{
    /// <summary>Waits until it is cancelled.</summary>
    /// <remarks>A test uses the callback to advance its clock past the timeout of the reader.</remarks>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        waiting?.Invoke();
        await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
        return 0;
    }
}
