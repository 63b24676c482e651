using Microsoft.Extensions.DependencyInjection;
using ServerlessInference.Lambda.Events;
using ServerlessInference.Lambda.Invocations;
using ServerlessInference.Lambda.Runtime;
using ServerlessInference.Sessions;

namespace ServerlessInference.Lambda;

/// <summary>
/// Takes a function from its initialization to its first request for an event: within Lambda's time limits, and through a snapshot if the
/// function has SnapStart. If the start fails, it reports the failure and ends the process.
/// </summary>
/// <param name="environment">The function's environment.</param>
/// <param name="services">The function's services.</param>
/// <param name="routes">The function's routes.</param>
/// <param name="processor">Processes events.</param>
/// <param name="snapshot">The application's hooks around a snapshot; <see langword="null"/> for none.</param>
/// <param name="deadlineMargin">How long before Lambda's deadline an invocation is cancelled.</param>
/// <param name="created">The timestamp at which the function's initialization began.</param>
/// <remarks>
/// <para>Four threads work at the same time during a start with models. None of them waits for another before the steps in the right
/// column:</para>
/// <list type="table">
/// <listheader><term>thread</term><description>work, and who waits for it</description></listheader>
/// <item><term>native library</term><description>
/// Loads ONNX Runtime (<see cref="NativeRuntime"/>), from the moment at which the function is built. The creation of a session waits for
/// it.</description></item>
/// <item><term>connection</term><description> Limits the managed heap and connects to the Runtime API. <see cref="RunAsync"/> waits for it
/// before it reports a failure and before it starts the loops; its own failure is ignored, since the loop connects again and then reports
/// it.</description></item>
/// <item><term>models</term><description>
/// Load in tasks of the initialization. <see cref="RunAsync"/> waits for them, on demand for nine seconds at most; after that the first
/// request waits.</description></item>
/// <item><term>this one</term><description> Runs a dry run while the models load, so that the code of the request path is compiled, and
/// then waits for the initialization.</description></item>
/// </list>
/// <para>The loops ask for the first event only after all of that. With SnapStart, each model is run once and the hooks are called before
/// Lambda takes its snapshot; the loops run in the restored copies only.</para>
/// </remarks>
internal sealed class FunctionStart(
    LambdaEnvironment environment,
    FunctionServices services,
    IReadOnlyList<IEventRoute> routes,
    InvocationProcessor processor,
    SnapshotHooks? snapshot,
    TimeSpan deadlineMargin,
    long created)
{
    /// <summary>Waits for the initialization, and runs the loops.</summary>
    /// <param name="runner">Runs the loops; disposed at the end.</param>
    /// <param name="initialization">The initialization, which has begun.</param>
    /// <param name="connecting">The work of the connection's thread, whose failure does not fail the start.</param>
    /// <param name="cancellationToken">Stops the function.</param>
    public async Task RunAsync(LoopRunner runner, Task initialization, Task connecting, CancellationToken cancellationToken)
    {
        try
        {
            // No dry run with a split package: the code that it would run may be in the package, which is still being fetched.
            if (!initialization.IsCompleted && !services.HasSplitPackage)
            {
                await DryRunAsync().ConfigureAwait(false);
            }

            await WaitForInitializationAsync(initialization, cancellationToken).ConfigureAwait(false);
            await PrepareEnvironmentAsync(cancellationToken).ConfigureAwait(false);
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

        await connecting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (environment.InitializationType == LambdaEnvironment.SnapStart
            && !await RestoreAsync(runner, cancellationToken).ConfigureAwait(false))
        {
            runner.Dispose();
            return;
        }

        await runner.RunAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Tells Lambda that it may take its snapshot, and continues in a restored copy of it.</summary>
    /// <returns>Whether to continue; <see langword="false"/> if the function was stopped.</returns>
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
        LogMessages.InitializationFailed(processor.Logger, exception);
        await runner.FailInitializationAsync(Failure.DescribeInitializationFailure(exception), restored).ConfigureAwait(false);
        if (environment.IsProcess)
        {
            ReportedFailure.EndProcessOn(exception);
        }
    }

    /// <summary>
    /// Processes an event of each route as a dry run, so that less code has to be compiled when the first real event arrives.
    /// </summary>
    private async ValueTask DryRunAsync()
    {
        foreach (IEventRoute route in routes)
        {
            if (route.CreateDryRunEvent() is { } payload)
            {
                using var invocation = new Invocation(room: 0)
                {
                    Payload = payload,
                    Context = new InvocationContext { RequestId = "initialization" },
                    IsDryRun = true,
                };
                using var deadline = new InvocationDeadline(services.Time, deadlineMargin);
                await processor.ProcessAsync(invocation, deadline).ConfigureAwait(false);
            }
        }
    }

    private async Task WaitForInitializationAsync(Task initialization, CancellationToken cancellationToken)
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
            Task first = await Task.WhenAny(initialization, timeout).ConfigureAwait(false);
            if (first == initialization || cancellationToken.IsCancellationRequested)
            {
                await limit.CancelAsync().ConfigureAwait(false);
                cancellationToken.ThrowIfCancellationRequested();
                await initialization.ConfigureAwait(false);
                return;
            }
        }

        // Lambda is about to stop the process and to start again from the beginning. Asking for the first event prevents that; the first
        // request then waits for the models.
        LogMessages.InitializationTooSlow(processor.Logger, LambdaLimits.InitializationBudget.TotalSeconds);
        processor.Preloading = initialization;
    }

    /// <summary>
    /// In an environment that Lambda creates before its first event, runs each model once while no caller waits. What a first run sets up
    /// is then done, or is in the snapshot.
    /// </summary>
    private async ValueTask PrepareEnvironmentAsync(CancellationToken cancellationToken)
    {
        if (environment.InitializationType != LambdaEnvironment.OnDemand && services.HasModels)
        {
            var registry = services.Provider.GetRequiredService<IModelRegistry>();
            foreach (string name in registry.Names)
            {
                if (registry.GetStatus(name).State == ModelState.Ready)
                {
                    await WarmUpAsync(registry, name, cancellationToken).ConfigureAwait(false);
                }
            }
        }

        if (environment.InitializationType == LambdaEnvironment.SnapStart)
        {
            await SnapshotHooks.RunAsync(snapshot?.Before, services, cancellationToken).ConfigureAwait(false);
        }
    }

    private async ValueTask WarmUpAsync(IModelRegistry registry, string name, CancellationToken cancellationToken)
    {
        try
        {
            await registry.WarmUpAsync(name, cancellationToken).ConfigureAwait(false);
        }
        catch (InferenceException exception)
        {
            // The synthetic input is a guess from the model's description. Real input may work nevertheless.
            LogMessages.AdvanceWarmUpFailed(processor.Logger, exception, name);
        }
    }
}
