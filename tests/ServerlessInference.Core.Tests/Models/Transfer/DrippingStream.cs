namespace ServerlessInference.Tests.Models.Transfer;

/// <summary>A body that comes a few bytes at a time, always just before anybody would call it stalled.</summary>
internal sealed class DrippingStream(byte[] content) : MemoryStream(content)
{
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        await Task.Delay(5, cancellationToken);
        return await base.ReadAsync(buffer[..Math.Min(buffer.Length, 10)], cancellationToken);
    }
}
