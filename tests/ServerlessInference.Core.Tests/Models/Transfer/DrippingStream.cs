namespace ServerlessInference.Tests.Models.Transfer;

/// <summary>A body that delivers a few bytes at a time, each time shortly before it would count as stalled.</summary>
internal sealed class DrippingStream(byte[] content, FakeTimeProvider time, TimeSpan pause) : MemoryStream(content)
{
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        // If the reader is called from a timer of the clock, advancing the clock has no effect: it does not fire a timer within another.
        await Task.Yield();
        time.Advance(pause);
        return await base.ReadAsync(buffer[..Math.Min(buffer.Length, 10)], cancellationToken);
    }
}
