using System.Buffers;

namespace ServerlessInference.Models.Transfer;

/// <summary>A file's bytes. A mount may hang in the middle of a read, which nothing ends: such a read is left behind, with the buffer that it may still fill.</summary>
/// <remarks>Not thread-safe, and of no more use once a read was given up.</remarks>
internal sealed class MountStream(FileStream file) : ForwardStream
{
    private const int BufferSize = 256 * 1024;

    private readonly byte[] _buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
    private Task<int>? _read;
    private bool _disposed;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int wanted = Math.Min(buffer.Length, BufferSize);
        _read = Task.Run(() => file.Read(_buffer, 0, wanted), cancellationToken);
        int read = await _read.WaitAsync(cancellationToken).ConfigureAwait(false);
        _buffer.AsSpan(0, read).CopyTo(buffer.Span);
        return read;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && !_disposed)
        {
            _disposed = true;
            file.Dispose(); // closed when the last read has ended
            if (_read is null or { IsCompleted: true })
            {
                ArrayPool<byte>.Shared.Return(_buffer);
            }
        }

        base.Dispose(disposing);
    }
}
