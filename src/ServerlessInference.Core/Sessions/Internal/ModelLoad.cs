namespace ServerlessInference.Sessions;

/// <summary>One load of a model, and the number of callers that wait for it.</summary>
/// <param name="isCallerInitiated">
/// Whether callers started the load; it is then cancelled when the last waiting caller gives up. A replacement continues without any.
/// </param>
internal sealed class ModelLoad(bool isCallerInitiated) : IDisposable
{
    private readonly CancellationTokenSource _cancellation = new();
    private readonly TaskCompletionSource<LoadedModel> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _gate = new();
    private bool _disposed;

    public Task<LoadedModel> Task => _result.Task;

    /// <summary>Gets or sets the number of waiting callers. Guarded by the lock of the <see cref="ModelEntry"/>.</summary>
    public int Waiting { get; set; }

    /// <summary>
    /// Gets or sets the model that the load has produced, once it is in use; it then has one reference per caller that was waiting. Guarded
    /// by the lock of the <see cref="ModelEntry"/>.
    /// </summary>
    public LoadedModel? PublishedModel { get; set; }

    public bool IsCallerInitiated => isCallerInitiated;

    public CancellationToken Token => _cancellation.Token;

    public void Succeed(LoadedModel model) => _result.TrySetResult(model);

    public void Fail(Exception exception)
    {
        _result.TrySetException(exception);

        // If every caller has given up, nobody observes the exception; GetStatus still reports it.
        _ = Task.Exception;
    }

    public void Cancel()
    {
        // The last waiting caller may cancel while the load ends on another thread and disposes the token source.
        lock (_gate)
        {
            if (!_disposed)
            {
                _cancellation.Cancel();
            }
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
            _cancellation.Dispose();
        }
    }
}
