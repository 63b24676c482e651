using ServerlessInference.Models;

namespace ServerlessInference.Docs.Tests.Given;

/// <summary>A pointer to a model.</summary>
public sealed class MyPointer : IModelPointer
{
    public string Description => "mine";

    public ValueTask<string> ReadAsync(CancellationToken cancellationToken = default) => new("s3://models/yolo/v3/");
}
