using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using ServerlessInference.Sessions;

namespace ServerlessInference.Lambda;

/// <content>What is done ahead of events: the process's memory, snapshots, and environments that are made before they are needed.</content>
public sealed partial class InferenceFunction
{
    private int _limited;

    /// <summary>Runs what <see cref="InferenceFunctionBuilder.BeforeSnapshot"/> named, for a host of its own; <see cref="RunAsync"/> does this by itself.</summary>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>A task that ends when all hooks have run.</returns>
    public ValueTask RunBeforeSnapshotAsync(CancellationToken cancellationToken = default) =>
        _snapshot is null ? ValueTask.CompletedTask : SnapshotHooks.RunAsync(_snapshot.Before, _services, cancellationToken);

    /// <summary>Runs what <see cref="InferenceFunctionBuilder.AfterRestore"/> named, for a host of its own; <see cref="RunAsync"/> does this by itself.</summary>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>A task that ends when all hooks have run.</returns>
    public ValueTask RunAfterRestoreAsync(CancellationToken cancellationToken = default) =>
        _snapshot is null ? ValueTask.CompletedTask : SnapshotHooks.RunAsync(_snapshot.After, _services, cancellationToken);

    private void PrepareProcess(LoopRunner runner)
    {
        LimitManagedMemory();
        runner.Connect();
    }

    /// <summary>Leaves ONNX Runtime its part of the function's memory, once; only where the function has models and this process is Lambda's.</summary>
    private void LimitManagedMemory()
    {
        if (_environment.IsProcess && _services.HasModels && Interlocked.Exchange(ref _limited, 1) == 0)
        {
            ManagedMemory.TryLimit(_environment.MemorySize, _options.ManagedMemoryPercent);
        }
    }

    /// <summary>
    /// In an environment that is made ahead of its first event, runs each model once where nobody waits for it: what a first run sets up
    /// is then done, or in the snapshot.
    /// </summary>
    private async ValueTask PrepareAheadAsync(CancellationToken cancellationToken)
    {
        if (_environment.InitializationType != LambdaEnvironment.OnDemand && _services.HasModels)
        {
            var registry = _services.Provider.GetRequiredService<IModelRegistry>();
            foreach (string name in registry.Names)
            {
                if (registry.GetStatus(name).State == ModelState.Ready)
                {
                    await WarmUpAheadAsync(registry, name, cancellationToken).ConfigureAwait(false);
                }
            }
        }

        if (_environment.InitializationType == LambdaEnvironment.SnapStart)
        {
            await RunBeforeSnapshotAsync(cancellationToken).ConfigureAwait(false);
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
            LogWarmUpFailed(_processor.Logger, exception, name);
        }
    }

    [LoggerMessage(EventId = 104, Level = LogLevel.Warning, Message = "The model {Model} could not be run ahead of the first event; it is served all the same")]
    private static partial void LogWarmUpFailed(ILogger logger, Exception exception, string model);
}
