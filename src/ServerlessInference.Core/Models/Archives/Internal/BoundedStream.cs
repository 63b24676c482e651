using ServerlessInference.Shared;

namespace ServerlessInference.Models.Archives;

/// <summary>Limits reading to the next bytes of another stream.</summary>
internal sealed class BoundedStream(Stream source, long length) : ForwardStream
{
    private long _remaining = length;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int wanted = (int)Math.Min(buffer.Length, _remaining);
        int read = wanted == 0 ? 0 : await source.ReadAsync(buffer[..wanted], cancellationToken).ConfigureAwait(false);
        _remaining -= read;
        return read;
    }

    /// <summary>Skips the bytes that have not been read.</summary>
    public async Task SkipRestAsync(byte[] buffer, CancellationToken cancellationToken)
    {
        while (_remaining > 0)
        {
            if (await ReadAsync(buffer, cancellationToken).ConfigureAwait(false) == 0)
            {
                throw new EndOfStreamException($"{_remaining:N0} bytes are missing");
            }
        }
    }
}
