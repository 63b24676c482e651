namespace ServerlessInference.Sessions;

/// <summary>A load under way, and how many callers wait for it.</summary>
/// <param name="ofCallers">Whether it ends with its last waiting caller; a replacement goes on without any.</param>
internal sealed class ModelLoad(bool ofCallers) : IDisposable
{
    private readonly CancellationTokenSource _cancellation = new();
    private readonly TaskCompletionSource<LoadedModel> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _gate = new();
    private bool _disposed;

    public Task<LoadedModel> Task => _result.Task;

    /// <summary>Gets or sets the number of waiting callers; guarded by the entry's lock.</summary>
    public int Waiting { get; set; }

    /// <summary>Gets or sets the model with a reference for each caller that waited, once there is one; guarded by the entry's lock.</summary>
    public LoadedModel? Lent { get; set; }

    public bool OfCallers => ofCallers;

    public CancellationToken Token => _cancellation.Token;

    public void Succeed(LoadedModel model) => _result.TrySetResult(model);

    public void Fail(Exception exception)
    {
        _result.TrySetException(exception);

        // Where every caller has gone, nobody else looks at the failure; GetStatus still tells it.
        _ = Task.Exception;
    }

    public void Cancel()
    {
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
