namespace ServerlessInference.Sessions;

/// <summary>One registered model: one load for any number of simultaneous first callers.</summary>
internal sealed class ModelEntry(string name, ModelLoader loader) : IDisposable
{
    private readonly Lock _gate = new();
    private LoadedModel? _model;
    private Load? _load;
    private Exception? _error;
    private bool _disposed;

    public ModelStatus Status
    {
        get
        {
            lock (_gate)
            {
                return _model is not null ? new ModelStatus(ModelState.Ready, _model.Identity, null) :
                    _load is not null ? new ModelStatus(ModelState.Loading, null, null) :
                    _error is not null ? new ModelStatus(ModelState.Failed, null, _error) :
                    new ModelStatus(ModelState.NotLoaded, null, null);
            }
        }
    }

    public ValueTask<ModelLease> AcquireAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Load load;
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, typeof(IModelRegistry));
            if (_model is { } model && model.TryAddReference())
            {
                return ValueTask.FromResult(new ModelLease(model));
            }

            load = _load ??= Begin();
            load.Waiting++;
        }

        return AwaitAsync(load, cancellationToken);
    }

    public void Dispose()
    {
        Load? load;
        LoadedModel? model;
        lock (_gate)
        {
            _disposed = true;
            load = _load;
            model = _model;
            _model = null;
        }

        load?.Cancel();
        model?.Release();
    }

    private async ValueTask<ModelLease> AwaitAsync(Load load, CancellationToken cancellationToken)
    {
        try
        {
            LoadedModel model = await load.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
            return model.TryAddReference()
                ? new ModelLease(model)
                : throw new ObjectDisposedException(nameof(IModelRegistry));
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            // A load with a waiting caller is cancelled by the disposal of the registry alone.
            throw new ObjectDisposedException($"The model '{name}' was being loaded when its registry was disposed.", exception);
        }
        finally
        {
            bool last;
            lock (_gate)
            {
                last = --load.Waiting == 0 && !load.Task.IsCompleted;
                if (last && _load == load)
                {
                    // The next caller starts anew rather than joining a load that is being cancelled.
                    _load = null;
                }
            }

            if (last)
            {
                load.Cancel();
            }
        }
    }

    private Load Begin()
    {
        var load = new Load();
        load.Task = Task.Run(() => RunAsync(load));

        // Where every caller has gone, nobody else looks at the failure; GetStatus still tells it.
        _ = load.Task.ContinueWith(
            static task => task.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
        return load;
    }

    private async Task<LoadedModel> RunAsync(Load load)
    {
        try
        {
            LoadedModel model = await loader.LoadAsync(name, load.Token).ConfigureAwait(false);
            bool unwanted;
            lock (_gate)
            {
                unwanted = _disposed || _load != load;
                if (!unwanted)
                {
                    _model = model;
                    _load = null;
                    _error = null;
                }
            }

            if (unwanted)
            {
                model.Release();
                throw new OperationCanceledException($"Nobody waits for the model '{name}' any more.");
            }

            return model;
        }
        catch (Exception exception)
        {
            lock (_gate)
            {
                if (_load == load)
                {
                    _load = null;
                    _error = exception;
                }
            }

            throw;
        }
        finally
        {
            load.Dispose();
        }
    }

    /// <summary>A load under way.</summary>
    private sealed class Load : IDisposable
    {
        private readonly CancellationTokenSource _cancellation = new();
        private readonly Lock _gate = new();
        private bool _disposed;

        public Task<LoadedModel> Task { get; set; } = null!;

        public int Waiting { get; set; }

        public CancellationToken Token => _cancellation.Token;

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
}
