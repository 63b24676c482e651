using ServerlessInference.Models;

namespace ServerlessInference.Tests.Support;

/// <summary>A decorator that counts how often a source is asked for its version.</summary>
internal sealed class CountingModelSource : IModelSource
{
    private IModelSource? _inner;

    public int Checks { get; private set; }

    public string Description => _inner!.Description;

    public IModelSource Around(IModelSource inner)
    {
        _inner = inner;
        return this;
    }

    public ValueTask<string> GetVersionAsync(CancellationToken cancellationToken = default)
    {
        Checks++;
        return _inner!.GetVersionAsync(cancellationToken);
    }

    public ValueTask<ModelArtifact> LoadAsync(CancellationToken cancellationToken = default) => _inner!.LoadAsync(cancellationToken);
}
