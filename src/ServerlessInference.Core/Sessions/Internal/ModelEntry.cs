using ServerlessInference.Diagnostics;
using ServerlessInference.Models;

namespace ServerlessInference.Sessions;

/// <summary>
/// One registered model: it is loaded once for any number of simultaneous first callers, and later callers share one version at a time.
/// </summary>
/// <remarks>
/// <para>The state is in the fields <c>_model</c>, <c>_load</c> and <c>_error</c>, which change only under <c>_gate</c>:</para>
/// <code>
/// from        to          method       who calls it, and when
/// NotLoaded   Loading     LeaseAsync   the first caller; it starts a load that belongs to its callers
/// Failed      Loading     LeaseAsync   the next caller after a failure
/// Loading     Ready       Publish      the load, when the model is complete
/// Loading     Failed      Fail         the load, when it fails
/// Loading     NotLoaded   AbandonWait  the last waiting caller, when it gives up; not if a replacement is loading
/// Ready       Ready       TrySwap      ModelReplacer, when the new version is loaded side by side
/// Ready       Loading     TryDetach    ModelReplacer, when it unloads the old version first
/// Ready       NotLoaded   TryEvict     ModelMemory, when the model is idle and its memory is needed
/// any         (final)     Dispose      the registry; a load that ends afterwards frees its model
/// </code>
/// <para>Lock order: the lock of <see cref="ModelMemory"/> before <c>_gate</c>, and <c>_gate</c> before the lock of
/// <see cref="ModelRefresh"/>. Nothing is awaited while a lock is held. All locks and states: docs/architecture/concurrency.md.</para>
/// </remarks>
internal sealed class ModelEntry(
    string name,
    ModelLoader loader,
    ModelMemory memory,
    ModelReclaimer reclaimer,
    InferenceTelemetry telemetry,
    Func<ModelEntry, ModelRefresh> createRefresh) : IDisposable
{
    private readonly Lock _gate = new();
    private LoadedModel? _model;
    private ModelLoad? _load;
    private ModelRefresh? _refresh;
    private Exception? _error;
    private long _lastUse;
    private bool _disposed;

    public string Name => name;

    public ModelOptions Settings => loader.GetSettings(name);

    /// <summary>Gets the sequence number of the last use. Later uses have higher numbers.</summary>
    public long LastUse => Volatile.Read(ref _lastUse);

    public ModelStatus Status
    {
        get
        {
            lock (_gate)
            {
                return _model is not null ? new ModelStatus(ModelState.Ready, _model.Identity, _error) :
                    _load is not null ? new ModelStatus(ModelState.Loading, null, null) :
                    _error is not null ? new ModelStatus(ModelState.Failed, null, _error) :
                    new ModelStatus(ModelState.NotLoaded, null, null);
            }
        }
    }

    /// <summary>Gets the model in use. It may be retired at any moment.</summary>
    public LoadedModel? Current => Volatile.Read(ref _model);

    public ValueTask<ModelLease> AcquireAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Volatile.Read(ref _refresh) is { } refresh
            && refresh.CheckIfDue() is { IsCompleted: false } check && refresh.RequestWait > TimeSpan.Zero
            ? AcquireAfterAsync(refresh, check, cancellationToken)
            : LeaseAsync(cancellationToken);
    }

    /// <summary>Checks the source for a new version now and replaces the model if there is one.</summary>
    /// <returns>Whether there was one.</returns>
    public Task<bool> RefreshAsync()
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, typeof(IModelRegistry));

            // A model that is not loaded has nothing to replace. One that is detached for a replacement has a check running, which is
            // joined.
            return _model is null && _load is not { IsCallerInitiated: false }
                ? Task.FromResult(false)
                : (_refresh ??= createRefresh(this)).CheckNow();
        }
    }

    /// <summary>Waits for a check that is running or due, regardless of its result.</summary>
    public Task FinishDueCheckAsync(CancellationToken cancellationToken) =>
        Volatile.Read(ref _refresh)?.FinishDueCheckAsync(cancellationToken) ?? Task.CompletedTask;

    /// <summary>Unloads the model unless it is in use.</summary>
    /// <returns>A task that completes when the model has been freed; <see langword="null"/> if there is nothing to unload.</returns>
    public Task? TryEvict()
    {
        LoadedModel model;
        lock (_gate)
        {
            if (_model is null || _disposed || !_model.TryRetireIdle(reclaimer))
            {
                return null;
            }

            model = _model;
            _model = null;
            _refresh?.Pause();
        }

        telemetry.Evicted(model.Identity);
        return model.Freed;
    }

    /// <summary>Makes a new version the model in use. Leases of the old one stay valid.</summary>
    /// <returns>Whether the old version was still in use.</returns>
    public bool TrySwap(LoadedModel old, LoadedModel next)
    {
        lock (_gate)
        {
            if (_disposed || _model != old)
            {
                return false;
            }

            _model = next;
            _error = null;
        }

        old.Retire(reclaimer);
        return true;
    }

    /// <summary>
    /// Takes a model out of use but keeps its files. From now on callers wait until <see cref="Publish"/> or <see cref="Fail"/> is called.
    /// </summary>
    /// <returns>The load that callers wait for; <see langword="null"/> if the model was no longer in use.</returns>
    public ModelLoad? TryDetach(LoadedModel old)
    {
        ModelLoad load;
        lock (_gate)
        {
            if (_disposed || _model != old)
            {
                return null;
            }

            // This must be set under the lock, while nobody else can retire the model. If somebody else retired it, its files would be kept
            // and nobody would dispose them.
            old.KeepsArtifact = true;
            _model = null;
            _load = load = new ModelLoad(isCallerInitiated: false);
        }

        old.Retire(reclaimer);
        return load;
    }

    /// <summary>
    /// Makes the result of a load the model in use, and gives each waiting caller a reference before the model can be evicted.
    /// </summary>
    /// <returns>Whether the model is in use now. If not, the caller has to free it.</returns>
    public bool Publish(ModelLoad load, LoadedModel model, Exception? error = null)
    {
        lock (_gate)
        {
            if (_disposed || _load != load)
            {
                return false;
            }

            _model = model;
            _load = null;
            _error = error;
            load.PublishedModel = model;
            for (int i = 0; i < load.Waiting; i++)
            {
                model.TryAddReference();
            }

            if (_refresh is null && Settings.CheckInterval is not null)
            {
                Volatile.Write(ref _refresh, createRefresh(this));
            }

            _refresh?.Schedule();
            Volatile.Write(ref _lastUse, memory.CountUse());
        }

        load.Succeed(model);
        return true;
    }

    public void Fail(ModelLoad load, Exception exception)
    {
        lock (_gate)
        {
            if (_load == load)
            {
                _load = null;
                _error = exception;
            }
        }

        load.Fail(exception);
    }

    /// <summary>
    /// Records why the model in use was not replaced by a new version; <see langword="null"/> after a check that succeeded.
    /// </summary>
    public void SetLastError(Exception? error)
    {
        lock (_gate)
        {
            if (_model is not null)
            {
                _error = error;
            }
        }
    }

    public void Dispose()
    {
        ModelLoad? load;
        LoadedModel? model;
        lock (_gate)
        {
            _disposed = true;
            load = _load;
            model = _model;
            _model = null;
        }

        _refresh?.Dispose();
        load?.Cancel();
        model?.Release();
    }

    private async ValueTask<ModelLease> AcquireAfterAsync(ModelRefresh refresh, Task check, CancellationToken cancellationToken)
    {
        await refresh.WaitForAsync(check, cancellationToken).ConfigureAwait(false);
        return await LeaseAsync(cancellationToken).ConfigureAwait(false);
    }

    private ValueTask<ModelLease> LeaseAsync(CancellationToken cancellationToken)
    {
        ModelLoad load;
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, typeof(IModelRegistry));
            Volatile.Write(ref _lastUse, memory.CountUse());
            if (_model is { } model && model.TryAddReference())
            {
                return ValueTask.FromResult(new ModelLease(model));
            }

            load = _load ??= StartLoad();
            load.Waiting++;
        }

        return WaitForLoadAsync(load, cancellationToken);
    }

    private async ValueTask<ModelLease> WaitForLoadAsync(ModelLoad load, CancellationToken cancellationToken)
    {
        LoadedModel? model = null;
        try
        {
            model = await load.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
            return new ModelLease(model);
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            // While a caller waits for it, a load is cancelled only when the registry is disposed.
            throw new ObjectDisposedException($"The model '{name}' was being loaded when its registry was disposed.", exception);
        }
        finally
        {
            if (model is null)
            {
                AbandonWait(load);
            }
        }
    }

    /// <summary>Ends a caller's wait, and releases the reference that may have been reserved for the caller.</summary>
    private void AbandonWait(ModelLoad load)
    {
        bool isLast;
        lock (_gate)
        {
            load.Waiting--;
            isLast = load is { Waiting: 0, IsCallerInitiated: true, PublishedModel: null } && !load.Task.IsCompleted;
            if (isLast && _load == load)
            {
                // The next caller must start a new load rather than join one that is being cancelled.
                _load = null;
            }
        }

        load.PublishedModel?.Release();
        if (isLast)
        {
            load.Cancel();
        }
    }

    private ModelLoad StartLoad()
    {
        var load = new ModelLoad(isCallerInitiated: true);
        _ = Task.Run(() => RunAsync(load));
        return load;
    }

    private async Task RunAsync(ModelLoad load)
    {
        try
        {
            LoadedModel model = await loader.LoadAsync(name, load.Token).ConfigureAwait(false);
            if (!Publish(load, model))
            {
                model.Release();
                load.Fail(new OperationCanceledException($"No caller is waiting for the model '{name}' any more."));
            }
        }
        catch (Exception exception)
        {
            Fail(load, exception);
        }
        finally
        {
            load.Dispose();
        }
    }
}
