using ServerlessInference.Diagnostics;
using ServerlessInference.Models;

namespace ServerlessInference.Sessions;

/// <summary>One registered model: one load for any number of simultaneous first callers, one version at a time for those who come later.</summary>
internal sealed class ModelEntry(
    string name, ModelLoader loader, ModelMemory memory, ModelReclaimer reclaimer, InferenceTelemetry telemetry, Func<ModelEntry, ModelRefresh> createRefresh)
    : IDisposable
{
    private readonly Lock _gate = new();
    private LoadedModel? _model;
    private ModelLoad? _load;
    private ModelRefresh? _refresh;
    private Exception? _error;
    private long _lastUse;
    private bool _disposed;

    public string Name => name;

    public ModelOptions Settings => loader.SettingsOf(name);

    /// <summary>Gets the number of the last use; later uses have larger ones.</summary>
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

    /// <summary>Gets the model that is lent now; it may be retired at any moment.</summary>
    public LoadedModel? Current => Volatile.Read(ref _model);

    public ValueTask<ModelLease> AcquireAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Volatile.Read(ref _refresh) is { } refresh && refresh.CheckWhenDue() is { IsCompleted: false } check && refresh.RequestsWait > TimeSpan.Zero
            ? AcquireAfterAsync(refresh, check, cancellationToken)
            : Lend(cancellationToken);
    }

    /// <summary>Asks the source for a new version now, and lets it take over.</summary>
    /// <returns>Whether there was one.</returns>
    public Task<bool> RefreshAsync()
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, typeof(IModelRegistry));
            return _model is null && _load is not { OfCallers: false } ? Task.FromResult(false) : (_refresh ??= createRefresh(this)).CheckNow();
        }
    }

    /// <summary>Waits for the check that is under way or due, whatever comes of it.</summary>
    public Task FinishDueCheckAsync(CancellationToken cancellationToken) =>
        Volatile.Read(ref _refresh)?.FinishDueCheckAsync(cancellationToken) ?? Task.CompletedTask;

    /// <summary>Lets the model go unless somebody uses it.</summary>
    /// <returns>Ends when it is freed; <see langword="null"/> where there is nothing to let go.</returns>
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

    /// <summary>Lends another model from now on; who has the old one keeps it.</summary>
    /// <returns>Whether the old one was still lent.</returns>
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

    /// <summary>Stops lending a model, whose files stay; callers wait until <see cref="Publish"/> or <see cref="Fail"/>.</summary>
    /// <returns>What they wait for; <see langword="null"/> where the model was not lent any more.</returns>
    public ModelLoad? TryTakeOut(LoadedModel old)
    {
        ModelLoad load;
        lock (_gate)
        {
            if (_disposed || _model != old)
            {
                return null;
            }

            // Here, where nobody else can let it go any more: who did would find files that stay, and nobody to dispose them.
            old.KeepsArtifact = true;
            _model = null;
            _load = load = new ModelLoad(ofCallers: false);
        }

        old.Retire(reclaimer);
        return load;
    }

    /// <summary>Lends what a load brought, and gives every waiting caller its share before anybody can let it go.</summary>
    /// <returns>Whether anybody wants it; else the caller frees it.</returns>
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
            load.Lent = model;
            for (int i = 0; i < load.Waiting; i++)
            {
                model.TryAddReference();
            }

            if (_refresh is null && Settings.CheckInterval is not null)
            {
                Volatile.Write(ref _refresh, createRefresh(this));
            }

            _refresh?.Schedule();
            Volatile.Write(ref _lastUse, memory.Use());
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

    /// <summary>Notes why no new version took over; <see langword="null"/> where nothing hinders one any more.</summary>
    public void Note(Exception? error)
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
        return await Lend(cancellationToken).ConfigureAwait(false);
    }

    private ValueTask<ModelLease> Lend(CancellationToken cancellationToken)
    {
        ModelLoad load;
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, typeof(IModelRegistry));
            Volatile.Write(ref _lastUse, memory.Use());
            if (_model is { } model && model.TryAddReference())
            {
                return ValueTask.FromResult(new ModelLease(model));
            }

            load = _load ??= Begin();
            load.Waiting++;
        }

        return AwaitAsync(load, cancellationToken);
    }

    private async ValueTask<ModelLease> AwaitAsync(ModelLoad load, CancellationToken cancellationToken)
    {
        LoadedModel? model = null;
        try
        {
            model = await load.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
            return new ModelLease(model);
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            // A load with a waiting caller is cancelled by the disposal of the registry alone.
            throw new ObjectDisposedException($"The model '{name}' was being loaded when its registry was disposed.", exception);
        }
        finally
        {
            if (model is null)
            {
                Leave(load);
            }
        }
    }

    /// <summary>Gives up a caller's place, and what was kept for it.</summary>
    private void Leave(ModelLoad load)
    {
        bool last;
        lock (_gate)
        {
            load.Waiting--;
            last = load is { Waiting: 0, OfCallers: true, Lent: null } && !load.Task.IsCompleted;
            if (last && _load == load)
            {
                // The next caller starts anew rather than joining a load that is being cancelled.
                _load = null;
            }
        }

        load.Lent?.Release();
        if (last)
        {
            load.Cancel();
        }
    }

    private ModelLoad Begin()
    {
        var load = new ModelLoad(ofCallers: true);
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
                load.Fail(new OperationCanceledException($"Nobody waits for the model '{name}' any more."));
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
