using ServerlessInference.Models.Transfer;

namespace ServerlessInference.Models.Archives;

/// <summary>The next bytes of a stream as a stream of their own; what is left of them can be skipped.</summary>
internal sealed class BoundedStream(Stream source, long length) : ForwardStream
{
    private long _left = length;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int wanted = (int)Math.Min(buffer.Length, _left);
        int read = wanted == 0 ? 0 : await source.ReadAsync(buffer[..wanted], cancellationToken).ConfigureAwait(false);
        _left -= read;
        return read;
    }

    /// <summary>Reads what is left.</summary>
    public async Task SkipAsync(byte[] buffer, CancellationToken cancellationToken)
    {
        while (_left > 0)
        {
            if (await ReadAsync(buffer, cancellationToken).ConfigureAwait(false) == 0)
            {
                throw new EndOfStreamException($"{_left:N0} bytes are missing");
            }
        }
    }
}
