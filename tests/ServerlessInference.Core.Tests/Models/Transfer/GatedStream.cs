namespace ServerlessInference.Tests.Models.Transfer;

/// <summary>A body whose reads wait for a task, and which calls a method when it is closed.</summary>
internal sealed class GatedStream(byte[] content, Task gate, Action closed) : MemoryStream(content)
{
    private bool _disposed;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        await gate.WaitAsync(cancellationToken);
        return await base.ReadAsync(buffer, cancellationToken);
    }

    protected override void Dispose(bool disposing)
    {
        if (!_disposed)
        {
            _disposed = true;
            closed();
        }

        base.Dispose(disposing);
    }
}
