namespace ServerlessInference.Sessions;

/// <summary>A loaded model lent to a caller: it stays loaded until the lease is disposed.</summary>
/// <remarks>Not thread-safe itself; the model is.</remarks>
public sealed class ModelLease : IDisposable
{
    private LoadedModel? _model;

    internal ModelLease(LoadedModel model) => _model = model;

    /// <summary>Lends a model that its holder keeps a reference of.</summary>
    internal static ModelLease Of(LoadedModel model) =>
        model.TryAddReference() ? new ModelLease(model) : throw new ObjectDisposedException(nameof(LoadedModel));

    /// <summary>Gets the model.</summary>
    /// <exception cref="ObjectDisposedException">The lease was given back.</exception>
    public LoadedModel Model => _model ?? throw new ObjectDisposedException(nameof(ModelLease));

    /// <inheritdoc/>
    public void Dispose() => Interlocked.Exchange(ref _model, null)?.Release();
}
