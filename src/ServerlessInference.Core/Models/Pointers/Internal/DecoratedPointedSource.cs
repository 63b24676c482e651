namespace ServerlessInference.Models.Pointers;

/// <summary>A decorator around a pointed source, which still tells when the pointer has moved. Thread-safe.</summary>
/// <param name="decorated">Provides the versions and the files.</param>
/// <param name="pointed">The source inside of it.</param>
internal sealed class DecoratedPointedSource(IModelSource decorated, IPointedSource pointed) : IPointedSource
{
    public string Description => decorated.Description;

    public ValueTask<string> GetVersionAsync(CancellationToken cancellationToken = default) =>
        decorated.GetVersionAsync(cancellationToken);

    public ValueTask<ModelArtifact> LoadAsync(CancellationToken cancellationToken = default) => decorated.LoadAsync(cancellationToken);

    public ValueTask<bool> HasMovedAsync(CancellationToken cancellationToken) => pointed.HasMovedAsync(cancellationToken);
}
