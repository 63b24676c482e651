namespace ServerlessInference.Docs.Tests.Given;

/// <summary>A service with a connection.</summary>
public sealed class PriceFeed
{
    public ValueTask ConnectAsync(CancellationToken cancellationToken) => new(Task.Delay(0, cancellationToken));

    public ValueTask DisconnectAsync(CancellationToken cancellationToken) => new(Task.Delay(0, cancellationToken));
}
