namespace ServerlessInference.Tests.Models.Transfer;

/// <summary>A body that cancels its reader, as the end of a process would.</summary>
internal sealed class CancellingStream(CancellationTokenSource stop) : StalledStream
{
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        await stop.CancelAsync();
        return await base.ReadAsync(buffer, cancellationToken);
    }
}
