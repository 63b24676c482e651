namespace ServerlessInference.Docs.Tests.Given;

/// <summary>A message broker of the application's.</summary>
public interface IBroker
{
    Task SendAsync(string id, ReadOnlyMemory<byte> json, CancellationToken cancellationToken);
}
