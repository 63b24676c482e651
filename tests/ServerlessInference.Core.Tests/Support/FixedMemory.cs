using ServerlessInference.Sessions;

namespace ServerlessInference.Tests.Support;

/// <summary>A process with as much free memory as a test says.</summary>
internal sealed class FixedMemory(long available) : ProcessMemory
{
    public override long GetAvailableBytes(long? limit) => available;
}
