namespace ServerlessInference.Sessions;

/// <summary>A lease on a loaded model. The model stays loaded until the lease is disposed.</summary>
/// <remarks>The lease itself is not thread-safe; the model is.</remarks>
public sealed class ModelLease : IDisposable
{
    private LoadedModel? _model;

    internal ModelLease(LoadedModel model) => _model = model;

    /// <summary>Gets the model.</summary>
    /// <exception cref="ObjectDisposedException">The lease has been disposed.</exception>
    public LoadedModel Model => _model ?? throw new ObjectDisposedException(nameof(ModelLease));

    /// <inheritdoc/>
    public void Dispose() => Interlocked.Exchange(ref _model, null)?.Release();

    /// <summary>Creates another lease on a model to which the caller already holds a reference.</summary>
    internal static ModelLease Create(LoadedModel model) =>
        model.TryAddReference() ? new ModelLease(model) : throw new ObjectDisposedException(nameof(LoadedModel));
}
