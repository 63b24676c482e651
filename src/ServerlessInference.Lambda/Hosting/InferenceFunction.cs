using System.Runtime.CompilerServices;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace ServerlessInference.Lambda;

/// <summary>A Lambda function that serves models: initialises, asks Lambda for events, and answers them.</summary>
/// <remarks>Thread-safe. See docs/architecture/lambda-host.md for what happens when.</remarks>
public sealed partial class InferenceFunction : IAsyncDisposable
{
    private readonly LambdaEnvironment _environment;
    private readonly FunctionServices _services;
    private readonly IReadOnlyList<IEventRoute> _routes;
    private readonly WarmupResponder _warmup;
    private readonly InferenceFunctionOptions _options;
    private readonly List<string> _failures;
    private readonly SnapshotHooks? _snapshot;
    private readonly InvocationProcessor _processor;
    private readonly long _created;
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _disposing = new();
    private Task? _initialization;

    internal InferenceFunction(
        LambdaEnvironment environment,
        FunctionServices services,
        IReadOnlyList<IEventRoute> routes,
        WarmupResponder warmup,
        InvocationScope scope,
        InferenceFunctionOptions options,
        List<string> failures,
        SnapshotHooks? snapshot,
        string? metricNamespace,
        IEventRoute? scheduled,
        long created)
    {
        _environment = environment;
        _services = services;
        _routes = routes;
        _warmup = warmup;
        _options = options;
        _failures = failures;
        _snapshot = snapshot;
        _created = created;
        _processor = new InvocationProcessor(services, routes, warmup, scope, created)
        {
            Metrics = metricNamespace is null || !options.EmbeddedMetrics
                ? null
                : new EmbeddedMetrics(metricNamespace, environment.FunctionName, services.LogSink, services.Time, created),
            Scheduled = scheduled,
        };
    }

    /// <summary>Gets the function's services.</summary>
    public IServiceProvider Services => _services.Provider;

    /// <summary>Begins the description of a function.</summary>
    /// <param name="args">The program's arguments; <c>--key=value</c> becomes configuration.</param>
    /// <param name="environment">What Lambda says about the function; <see langword="null"/>, the default, reads the environment variables.</param>
    /// <returns>A builder.</returns>
    public static InferenceFunctionBuilder CreateBuilder(string[]? args = null, LambdaEnvironment? environment = null) =>
        new(args ?? [], environment ?? LambdaEnvironment.Read());

    /// <summary>Checks all settings and loads the models that are to be there from the start. Calling it again waits for the same.</summary>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <returns>A task that ends when the function is ready.</returns>
    /// <exception cref="OptionsValidationException">Settings are wrong; the message lists everything that is.</exception>
    /// <exception cref="ModelLoadException">A model cannot be loaded.</exception>
    public Task InitializeAsync(CancellationToken cancellationToken = default)
    {
        LimitManagedMemory();
        return BeginInitialization().WaitAsync(cancellationToken);
    }

    /// <summary>Answers one event, without Lambda's Runtime API. Initialises first where that has not happened.</summary>
    /// <param name="payload">The event, UTF-8 JSON; it stays as it is.</param>
    /// <param name="context">What there is to know about the invocation.</param>
    /// <param name="cancellationToken">Cancels the invocation.</param>
    /// <returns>The answer, or the error that Lambda would get.</returns>
    /// <exception cref="OptionsValidationException">The function cannot be initialised.</exception>
    /// <exception cref="ModelLoadException">A model cannot be loaded at the start.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled; a deadline that is reached is answered, not thrown.</exception>
    public async ValueTask<FunctionResponse> InvokeAsync(
        ReadOnlyMemory<byte> payload, InvocationContext context, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(context);
        await InitializeAsync(cancellationToken).ConfigureAwait(false);
        using var invocation = new Invocation(room: 0) { Payload = payload.ToArray(), Context = context };
        using var deadline = new InvocationDeadline(_services.Time, _options.DeadlineMargin);
        await _processor.ProcessAsync(invocation, deadline, cancellationToken).ConfigureAwait(false);
        return new FunctionResponse(invocation.Response.Body, "application/json", invocation.Error);
    }

    /// <summary>Initialises, then answers events of Lambda's Runtime API until the token is cancelled or Lambda ends the process.</summary>
    /// <param name="cancellationToken">Stops asking for events; what is being answered is finished first.</param>
    /// <returns>A task that ends when the function has stopped.</returns>
    /// <exception cref="RuntimeApiException">The Runtime API cannot be reached.</exception>
    /// <exception cref="OptionsValidationException">Settings are wrong. Lambda has been told before.</exception>
    /// <exception cref="ModelLoadException">A model cannot be loaded. Lambda has been told before.</exception>
    public Task RunAsync(CancellationToken cancellationToken = default)
    {
        var runner = new LoopRunner(new RuntimeApiEndpoint(_environment.RuntimeApi), _environment.MaxConcurrency, _processor, _options.DeadlineMargin, _services.Time);

        // With models to load there is time in which the first connection can be made.
        Task connecting = _services.HasModels ? Task.Run(() => PrepareProcess(runner), CancellationToken.None) : Task.CompletedTask;
        Task initialization = BeginInitialization();
        return initialization.IsCompletedSuccessfully && connecting.IsCompleted && _environment.InitializationType != LambdaEnvironment.SnapStart
            ? runner.RunAsync(cancellationToken)
            : RunWhenInitializedAsync(runner, initialization, connecting, cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _processor.Dispose();
        await _disposing.CancelAsync().ConfigureAwait(false);
        await _services.DisposeAsync().ConfigureAwait(false);
    }

    private async Task RunWhenInitializedAsync(LoopRunner runner, Task initialization, Task connecting, CancellationToken cancellationToken)
    {
        try
        {
            // What a rehearsal runs may still be on its way in a split package.
            if (!initialization.IsCompleted && !_services.HasSplitPackage)
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
            await ReportAsync(runner, exception, restored: true).ConfigureAwait(false);
            runner.Dispose();
            throw;
        }
    }

    private async ValueTask ReportAsync(LoopRunner runner, Exception exception, bool restored)
    {
        LogInitializationFailed(_processor.Logger, exception);
        await runner.FailInitializationAsync(Failure.OfInitialization(exception), restored).ConfigureAwait(false);
        if (_environment.IsProcess)
        {
            ReportedFailure.EndsProcess(exception);
        }
    }

    /// <summary>Takes a harmless event the way of all events while models load, so that less is left to compile for the first one.</summary>
    private async ValueTask RehearseAsync()
    {
        foreach (IEventRoute route in _routes)
        {
            if (route.CreateHarmlessEvent() is { } payload)
            {
                using var invocation = new Invocation(room: 0) { Payload = payload, Context = new InvocationContext { RequestId = "initialization" }, Rehearsal = true };
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
            return _initialization ??= _services.HasSplitPackage ? PrepareWithPackageAsync() : Prepare();
        }
    }

    private async Task PrepareWithPackageAsync()
    {
        try
        {
            await SplitPackageStart.LoadAsync(_services, _disposing.Token).ConfigureAwait(false);
        }
        catch (ModelLoadException) when (!_processor.Preloading.IsCompleted)
        {
            // Requests are taken already: routes must be ready for them, and models ask for the package again.
            _ = Prepare();
            throw;
        }

        await Prepare().ConfigureAwait(false);
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

    [LoggerMessage(EventId = 103, Level = LogLevel.Warning, Message = "The models are not loaded after {Seconds} s; the first request waits for the rest")]
    private static partial void LogInitializationLong(ILogger logger, double seconds);
}
