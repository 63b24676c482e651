using ServerlessInference.Results;

namespace ServerlessInference.Docs.Tests.Given;

/// <summary>A destination of results.</summary>
public sealed class MySink : IResultSink
{
    public ValueTask WriteAsync(SinkRecord record, CancellationToken cancellationToken = default) => default;
}
