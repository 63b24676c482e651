using System.Runtime.CompilerServices;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using ServerlessInference.Sessions;

namespace ServerlessInference.Lambda;

/// <content>What happens before the first event.</content>
public sealed partial class InferenceFunction
{
    private void PrepareProcess(LoopRunner runner)
    {
        LimitManagedMemory();
        runner.Connect();
    }

    private void LimitManagedMemory()
    {
        if (_environment.IsProcess && _services.HasModels)
        {
            ManagedMemory.TryLimit(_environment.MemorySize, _options.ManagedMemoryPercent);
        }
    }

    private async Task RunWhenInitializedAsync(LoopRunner runner, Task initialization, Task connecting, CancellationToken cancellationToken)
    {
        try
        {
            if (!initialization.IsCompleted)
            {
                await RehearseAsync().ConfigureAwait(false);
            }

            await InitializeInTimeAsync(initialization, cancellationToken).ConfigureAwait(false);
            if (_environment.InitializationType != LambdaEnvironment.OnDemand && _services.HasModels)
            {
                await WarmUpAheadAsync(cancellationToken).ConfigureAwait(false);
            }

            if (_environment.InitializationType == LambdaEnvironment.SnapStart)
            {
                await RunBeforeSnapshotAsync(cancellationToken).ConfigureAwait(false);
            }
        }
        catch (Exception exception)
        {
            await connecting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (exception is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
            {
                LogInitializationFailed(_processor.Logger, exception);
                await runner.FailInitializationAsync(Failure.OfInitialization(exception)).ConfigureAwait(false);
            }

            runner.Dispose();
            throw;
        }

        // A connection that could not be made is tried again by the loop, which reports it.
        await connecting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (_environment.InitializationType == LambdaEnvironment.SnapStart && !await RestoreAsync(runner, cancellationToken).ConfigureAwait(false))
        {
            runner.Dispose();
            return;
        }

        await runner.RunAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Lets Lambda take its snapshot, and goes on in a copy of it.</summary>
    private async ValueTask<bool> RestoreAsync(LoopRunner runner, CancellationToken cancellationToken)
    {
        if (!await runner.WaitForRestoreAsync(cancellationToken).ConfigureAwait(false))
        {
            return false;
        }

        try
        {
            await RunAfterRestoreAsync(cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (Exception exception)
        {
            LogInitializationFailed(_processor.Logger, exception);
            await runner.FailInitializationAsync(Failure.OfInitialization(exception), restored: true).ConfigureAwait(false);
            runner.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Runs each model once where nobody waits for it: before a snapshot, and before an environment that is provisioned ahead is used. What
    /// a first run sets up then is in the snapshot, or done.
    /// </summary>
    private async ValueTask WarmUpAheadAsync(CancellationToken cancellationToken)
    {
        var registry = _services.Provider.GetRequiredService<IModelRegistry>();
        foreach (string name in registry.Names)
        {
            if (registry.GetStatus(name).State != ModelState.Ready)
            {
                continue;
            }

            try
            {
                await registry.WarmUpAsync(name, cancellationToken).ConfigureAwait(false);
            }
            catch (InferenceException exception)
            {
                // Synthetic input is a guess; the model may take real input all the same.
                LogWarmUpFailed(_processor.Logger, exception, name);
            }
        }
    }

    /// <summary>Takes a harmless event the way of all events while models load, so that less is left to compile for the first one.</summary>
    private async ValueTask RehearseAsync()
    {
        foreach (IEventRoute route in _routes)
        {
            if (route.CreateHarmlessEvent() is { } payload)
            {
                using var invocation = new Invocation(room: 0) { Payload = payload, Context = new InvocationContext { RequestId = "initialization" }, IsRehearsal = true };
                using var deadline = new InvocationDeadline(_services.Time, _options.DeadlineMargin);
                await _processor.ProcessAsync(invocation, deadline).ConfigureAwait(false);
            }
        }
    }

    private async Task InitializeInTimeAsync(Task initialization, CancellationToken cancellationToken)
    {
        if (initialization.IsCompleted || _environment.InitializationType != LambdaEnvironment.OnDemand)
        {
            await initialization.WaitAsync(cancellationToken).ConfigureAwait(false);
            return;
        }

        TimeSpan left = LambdaLimits.InitializationBudget - _services.Time.GetElapsedTime(_created);
        if (left > TimeSpan.Zero)
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            Task timeout = Task.Delay(left, _services.Time, limit.Token);
            if (await Task.WhenAny(initialization, timeout).ConfigureAwait(false) == initialization || cancellationToken.IsCancellationRequested)
            {
                await limit.CancelAsync().ConfigureAwait(false);
                cancellationToken.ThrowIfCancellationRequested();
                await initialization.ConfigureAwait(false);
                return;
            }
        }

        // Lambda would stop the process and begin anew. Rather it gets its answer, and the first request waits for the rest.
        LogInitializationLong(_processor.Logger, LambdaLimits.InitializationBudget.TotalSeconds);
        _processor.Preloading = initialization;
    }

    private Task BeginInitialization()
    {
        lock (_gate)
        {
            return _initialization ??= Prepare();
        }
    }

    /// <summary>Checks everything and starts to load the models.</summary>
    private Task Prepare()
    {
        try
        {
            // Models first: they load while the rest is looked at.
            Task preload = _services.HasModels ? PreloadModels() : Task.CompletedTask;
            var failures = new List<string>(_failures);
            foreach (IEventRoute route in _routes)
            {
                route.Prepare(_services, failures);
            }

            _processor.Scheduled?.Prepare(_services, failures);
            _warmup.Prepare(failures);
            if (_services.Registered is { } registered)
            {
                Validate(registered, failures);
            }

            return failures.Count == 0 ? preload : Rejected(failures);
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            return Task.FromException(exception);
        }
    }

    // These stand on their own, so that a function without models or options does not load what they need.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private Task PreloadModels() => _services.Provider.GetRequiredService<IModelRegistry>().PreloadAsync(_disposing.Token);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Task Rejected(List<string> failures) =>
        Task.FromException(new OptionsValidationException(nameof(InferenceFunction), typeof(InferenceFunctionOptions), failures));

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Validate(IServiceCollection registered, List<string> failures)
    {
        if (!FunctionServices.Has(registered, typeof(IStartupValidator)))
        {
            return;
        }

        try
        {
            _services.Provider.GetRequiredService<IStartupValidator>().Validate();
        }
        catch (OptionsValidationException exception)
        {
            failures.AddRange(exception.Failures);
        }
        catch (AggregateException exception)
        {
            foreach (Exception inner in exception.InnerExceptions)
            {
                failures.AddRange(inner is OptionsValidationException invalid ? invalid.Failures : [inner.Message]);
            }
        }
    }

    [LoggerMessage(EventId = 102, Level = LogLevel.Critical, Message = "The function cannot be initialised")]
    private static partial void LogInitializationFailed(ILogger logger, Exception exception);

    [LoggerMessage(EventId = 104, Level = LogLevel.Warning, Message = "The model {Model} could not be run ahead of the first event; it is served all the same")]
    private static partial void LogWarmUpFailed(ILogger logger, Exception exception, string model);

    [LoggerMessage(EventId = 103, Level = LogLevel.Warning, Message = "The models are not loaded after {Seconds} s; the first request waits for the rest")]
    private static partial void LogInitializationLong(ILogger logger, double seconds);
}
