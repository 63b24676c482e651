namespace ServerlessInference.Tests.Models.Transfer;

/// <summary>A body that comes a few bytes at a time, always just before anybody would call it stalled.</summary>
internal sealed class DrippingStream(byte[] content, FakeTimeProvider time, TimeSpan pause) : MemoryStream(content)
{
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        // A reader that is called from one of the clock's own timers would advance it in vain: the clock fires no timer within another.
        await Task.Yield();
        time.Advance(pause);
        return await base.ReadAsync(buffer[..Math.Min(buffer.Length, 10)], cancellationToken);
    }
}
