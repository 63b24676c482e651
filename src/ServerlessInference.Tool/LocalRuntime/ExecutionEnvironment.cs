using System.ComponentModel;
using ServerlessInference.Tool.LocalRuntime.Cpu;

namespace ServerlessInference.Tool.LocalRuntime;

/// <summary>
/// An emulated Lambda execution environment. It starts the function when an invocation needs it, hands it one event at a time, stops it at
/// the deadline, and restarts it after a crash or a timeout with the same <c>/tmp</c>. Thread-safe; calls beyond the function's concurrency
/// wait.
/// </summary>
/// <remarks>
/// <para>Two semaphores order the calls. A call holds one of the slots for its whole duration, so at most <c>MaxConcurrency</c> calls are
/// in progress. The starting semaphore is held only while a call finds or starts the process, so concurrent calls share one start.</para>
/// <para>The process may end at any moment between two invocations. Therefore <see cref="InvokeAsync"/> retries with a new process if the
/// process ends before it has received the event; after that, the event is never sent twice.</para>
/// </remarks>
internal sealed class ExecutionEnvironment : IAsyncDisposable
{
    private readonly FunctionSettings _settings;
    private readonly CpuLimit _cpu;
    private readonly EnvironmentLog _log;
    private readonly TimeProvider _time;
    private readonly SemaphoreSlim _slots;
    private readonly SemaphoreSlim _starting = new(1, 1);
    private FunctionInstance? _instance;

    /// <summary>Creates an environment; nothing runs before the first invocation.</summary>
    /// <param name="settings">The function and its limits.</param>
    /// <param name="cpu">The CPU limit. The caller disposes it.</param>
    /// <param name="log">The log.</param>
    /// <param name="time">The clock.</param>
    public ExecutionEnvironment(FunctionSettings settings, CpuLimit cpu, EnvironmentLog log, TimeProvider time)
    {
        _settings = settings;
        _cpu = cpu;
        _log = log;
        _time = time;
        _slots = new SemaphoreSlim(settings.MaxConcurrency, settings.MaxConcurrency);
        TemporaryFolder = Directory.CreateTempSubdirectory("serverless-inference-").FullName;
    }

    /// <summary>Gets the directory that is used as <c>/tmp</c>; it exists as long as the environment.</summary>
    public string TemporaryFolder { get; }

    /// <summary>Gets the largest peak of resident memory of any process so far, in KiB; null if it is unknown.</summary>
    public long? PeakMemoryKiB { get; private set; }

    /// <summary>Invokes the function.</summary>
    /// <returns>The response, or the error that the caller of a Lambda function would receive.</returns>
    /// <exception cref="OperationCanceledException">The call was cancelled; the function may still be processing it.</exception>
    public async Task<InvocationResult> InvokeAsync(InvocationRequest request, CancellationToken cancellationToken)
    {
        string requestId = Guid.NewGuid().ToString("D");
        if (request.Payload.Length > _settings.MaxRequestBytes)
        {
            string message = $"Request must be smaller than {_settings.MaxRequestBytes} bytes for the InvokeFunction operation; " +
                $"it has {request.Payload.Length}.";
            var outcome = InvocationOutcome.Failed(new FunctionError("RequestEntityTooLargeException", message), _time.GetTimestamp());
            return new InvocationResult(requestId, outcome, TimeSpan.Zero, null);
        }

        await _slots.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var run = new InvocationRun(requestId, request with { TraceId = request.TraceId ?? TraceId.Create(_time) }, _settings, _time);
            while (true)
            {
                if (await PrepareAsync(run, cancellationToken).ConfigureAwait(false) is not { } instance)
                {
                    return run.Finish();
                }

                if (!await run.DispatchAsync(instance, cancellationToken).ConfigureAwait(false))
                {
                    await DiscardAsync(instance).ConfigureAwait(false);
                    if (run.IsFinished)
                    {
                        return run.Finish();
                    }

                    _log.Platform("The function ended between invocations and is restarted.");
                    continue;
                }

                bool healthy = await run.AwaitOutcomeAsync(instance, cancellationToken).ConfigureAwait(false);
                if (!healthy)
                {
                    _log.Platform($"{run.Error?.Message}. The function is restarted with the next invocation.");
                    await DiscardAsync(instance).ConfigureAwait(false);
                }
                else if (run.NeededStart)
                {
                    Sample(instance);
                }

                return run.Finish();
            }
        }
        finally
        {
            _slots.Release();
        }
    }

    /// <summary>Shuts the function down and removes its <c>/tmp</c>.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _instance, null) is { } instance)
        {
            await instance.StopAsync(_settings.ShutdownGrace).ConfigureAwait(false);
            await CloseAsync(instance).ConfigureAwait(false);
        }

        _slots.Dispose();
        _starting.Dispose();
        try
        {
            Directory.Delete(TemporaryFolder, recursive: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            _log.Platform($"The function's temporary directory {TemporaryFolder} could not be removed: {exception.Message}");
        }
    }

    /// <summary>Returns the running function, or starts it. Returns null if it does not start; the run has the reason then.</summary>
    private async Task<FunctionInstance?> PrepareAsync(InvocationRun run, CancellationToken cancellationToken)
    {
        await _starting.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_instance is { } running && !running.Process.Exited.IsCompleted)
            {
                run.BeginBudget();
                return running;
            }

            if (_instance is { } ended)
            {
                await DiscardAsync(ended).ConfigureAwait(false);
            }

            (FunctionInstance? instance, InitFailure? failure) = await StartAsync(
                run, _settings.InitLimit, cancellationToken).ConfigureAwait(false);
            run.BeginBudget();
            if (failure is not null)
            {
                _log.Platform(
                    $"The init phase failed ({failure.Error.Type}: {failure.Error.Message}) and is repeated within the invocation.");
                run.MarkInitRepeated();
                (instance, failure) = await StartAsync(run, run.Remaining, cancellationToken).ConfigureAwait(false);
            }

            if (failure is not null)
            {
                run.Fail(failure);
                return null;
            }

            _instance = instance;
            return instance;
        }
        finally
        {
            _starting.Release();
        }
    }

    private async Task<(FunctionInstance? Instance, InitFailure? Failure)> StartAsync(
        InvocationRun run, TimeSpan limit, CancellationToken cancellationToken)
    {
        FunctionInstance? instance = null;
        try
        {
            instance = await FunctionInstance.StartAsync(
                _settings, TemporaryFolder, _cpu, _log, _time, cancellationToken).ConfigureAwait(false);
            run.MarkStart(instance.Process.StartedAt);
            InitFailure? failure = await instance.AwaitInitAsync(limit, cancellationToken).ConfigureAwait(false);
            if (failure is not null)
            {
                await CloseAsync(instance).ConfigureAwait(false);
                return (null, failure);
            }

            run.MarkInitialised(instance);
            return (instance, null);
        }
        catch (Win32Exception exception)
        {
            var error = new FunctionError(
                FunctionError.InvalidEntrypoint, $"'{_settings.Command[0]}' cannot be started: {exception.Message}");
            return (null, new InitFailure(error, null));
        }
        catch when (instance is not null)
        {
            await CloseAsync(instance).ConfigureAwait(false);
            throw;
        }
    }

    private async Task DiscardAsync(FunctionInstance instance)
    {
        if (Interlocked.CompareExchange(ref _instance, null, instance) == instance)
        {
            await CloseAsync(instance).ConfigureAwait(false);
        }
    }

    private async Task CloseAsync(FunctionInstance instance)
    {
        await instance.DisposeAsync().ConfigureAwait(false);
        RecordPeak(instance.Process.PeakMemoryKiB);
    }

    private void Sample(FunctionInstance instance)
    {
        instance.Process.Sample();
        RecordPeak(instance.Process.PeakMemoryKiB);
    }

    private void RecordPeak(long? peak)
    {
        if (peak is { } kib)
        {
            PeakMemoryKiB = Math.Max(PeakMemoryKiB ?? 0, kib);
        }
    }
}
