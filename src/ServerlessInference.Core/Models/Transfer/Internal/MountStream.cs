using System.Buffers;
using ServerlessInference.Shared;

namespace ServerlessInference.Models.Transfer;

/// <summary>Reads a file on a mount that may hang.</summary>
/// <remarks>
/// A hung read cannot be cancelled. It is abandoned instead, together with its buffer, which it may still write to. The stream cannot be
/// used any more after that. Not thread-safe.
/// </remarks>
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
            file.Dispose(); // a read that still runs keeps the handle open until it ends
            if (_read is null or { IsCompleted: true })
            {
                ArrayPool<byte>.Shared.Return(_buffer);
            }
        }

        base.Dispose(disposing);
    }
}
