namespace ServerlessInference.Tests.Models.Transfer;

/// <summary>A body that takes its time, and says when it is opened and closed.</summary>
internal sealed class SlowStream : MemoryStream
{
    private readonly Action _closed;
    private bool _disposed;

    public SlowStream(byte[] content, Action opened, Action closed)
        : base(content)
    {
        _closed = closed;
        opened();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        await Task.Delay(10, cancellationToken);
        return await base.ReadAsync(buffer, cancellationToken);
    }

    protected override void Dispose(bool disposing)
    {
        if (!_disposed)
        {
            _disposed = true;
            _closed();
        }

        base.Dispose(disposing);
    }
}
