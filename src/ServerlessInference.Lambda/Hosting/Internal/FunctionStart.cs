using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using ServerlessInference.Sessions;

namespace ServerlessInference.Lambda;

/// <summary>
/// Takes a function from its initialisation to the first question for an event: within Lambda's limits of time, through a snapshot where there is one, and out of the process with a report where
/// it fails.
/// </summary>
/// <param name="environment">What Lambda says about the function.</param>
/// <param name="services">The function's services.</param>
/// <param name="routes">Its routes.</param>
/// <param name="processor">What answers events.</param>
/// <param name="snapshot">What the application does around a snapshot; <see langword="null"/> for nothing.</param>
/// <param name="deadlineMargin">How long before Lambda's deadline an invocation ends.</param>
/// <param name="created">The time stamp at which the function's initialisation began.</param>
internal sealed partial class FunctionStart(
    LambdaEnvironment environment,
    FunctionServices services,
    IReadOnlyList<IEventRoute> routes,
    InvocationProcessor processor,
    SnapshotHooks? snapshot,
    TimeSpan deadlineMargin,
    long created)
{
    /// <summary>Waits for the initialisation, and runs the loops.</summary>
    /// <param name="runner">Runs the loops; disposed in the end.</param>
    /// <param name="initialization">The initialisation, which goes on.</param>
    /// <param name="connecting">What is done beside it, and never fails the start.</param>
    /// <param name="cancellationToken">Stops the function.</param>
    public async Task RunAsync(LoopRunner runner, Task initialization, Task connecting, CancellationToken cancellationToken)
    {
        try
        {
            // What a rehearsal runs may still be on its way in a split package.
            if (!initialization.IsCompleted && !services.HasSplitPackage)
            {
                await RehearseAsync().ConfigureAwait(false);
            }

            await InitializeInTimeAsync(initialization, cancellationToken).ConfigureAwait(false);
            await PrepareAheadAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            await connecting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (exception is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
            {
                await ReportAsync(runner, exception, restored: false).ConfigureAwait(false);
            }

            runner.Dispose();
            throw;
        }

        // A connection that could not be made is tried again by the loop, which reports it.
        await connecting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (environment.InitializationType == LambdaEnvironment.SnapStart && !await RestoreAsync(runner, cancellationToken).ConfigureAwait(false))
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
            await SnapshotHooks.RunAsync(snapshot?.After, services, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (Exception exception)
        {
            await ReportAsync(runner, exception, restored: true).ConfigureAwait(false);
            runner.Dispose();
            throw;
        }
    }

    private async ValueTask ReportAsync(LoopRunner runner, Exception exception, bool restored)
    {
        LogInitializationFailed(processor.Logger, exception);
        await runner.FailInitializationAsync(Failure.OfInitialization(exception), restored).ConfigureAwait(false);
        if (environment.IsProcess)
        {
            ReportedFailure.EndsProcess(exception);
        }
    }

    /// <summary>Takes a harmless event the way of all events while models load, so that less is left to compile for the first one.</summary>
    private async ValueTask RehearseAsync()
    {
        foreach (IEventRoute route in routes)
        {
            if (route.CreateHarmlessEvent() is { } payload)
            {
                using var invocation = new Invocation(room: 0) { Payload = payload, Context = new InvocationContext { RequestId = "initialization" }, Rehearsal = true };
                using var deadline = new InvocationDeadline(services.Time, deadlineMargin);
                await processor.ProcessAsync(invocation, deadline).ConfigureAwait(false);
            }
        }
    }

    private async Task InitializeInTimeAsync(Task initialization, CancellationToken cancellationToken)
    {
        if (initialization.IsCompleted || environment.InitializationType != LambdaEnvironment.OnDemand)
        {
            await initialization.WaitAsync(cancellationToken).ConfigureAwait(false);
            return;
        }

        TimeSpan left = LambdaLimits.InitializationBudget - services.Time.GetElapsedTime(created);
        if (left > TimeSpan.Zero)
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            Task timeout = Task.Delay(left, services.Time, limit.Token);
            if (await Task.WhenAny(initialization, timeout).ConfigureAwait(false) == initialization || cancellationToken.IsCancellationRequested)
            {
                await limit.CancelAsync().ConfigureAwait(false);
                cancellationToken.ThrowIfCancellationRequested();
                await initialization.ConfigureAwait(false);
                return;
            }
        }

        // Lambda would stop the process and begin anew. Rather it gets its answer, and the first request waits for the rest.
        LogInitializationLong(processor.Logger, LambdaLimits.InitializationBudget.TotalSeconds);
        processor.Preloading = initialization;
    }

    /// <summary>
    /// In an environment that is made ahead of its first event, runs each model once where nobody waits for it: what a first run sets up
    /// is then done, or in the snapshot.
    /// </summary>
    private async ValueTask PrepareAheadAsync(CancellationToken cancellationToken)
    {
        if (environment.InitializationType != LambdaEnvironment.OnDemand && services.HasModels)
        {
            var registry = services.Provider.GetRequiredService<IModelRegistry>();
            foreach (string name in registry.Names)
            {
                if (registry.GetStatus(name).State == ModelState.Ready)
                {
                    await WarmUpAheadAsync(registry, name, cancellationToken).ConfigureAwait(false);
                }
            }
        }

        if (environment.InitializationType == LambdaEnvironment.SnapStart)
        {
            await SnapshotHooks.RunAsync(snapshot?.Before, services, cancellationToken).ConfigureAwait(false);
        }
    }

    private async ValueTask WarmUpAheadAsync(IModelRegistry registry, string name, CancellationToken cancellationToken)
    {
        try
        {
            await registry.WarmUpAsync(name, cancellationToken).ConfigureAwait(false);
        }
        catch (InferenceException exception)
        {
            // Synthetic input is a guess; the model may take real input all the same.
            LogWarmUpFailed(processor.Logger, exception, name);
        }
    }

    [LoggerMessage(EventId = 102, Level = LogLevel.Critical, Message = "The function cannot be initialised")]
    private static partial void LogInitializationFailed(ILogger logger, Exception exception);

    [LoggerMessage(EventId = 103, Level = LogLevel.Warning, Message = "The models are not loaded after {Seconds} s; the first request waits for the rest")]
    private static partial void LogInitializationLong(ILogger logger, double seconds);

    [LoggerMessage(EventId = 104, Level = LogLevel.Warning, Message = "The model {Model} could not be run ahead of the first event; it is served all the same")]
    private static partial void LogWarmUpFailed(ILogger logger, Exception exception, string model);
}
