using System.Runtime.CompilerServices;
using Microsoft.Extensions.Options;

namespace ServerlessInference.Lambda;

/// <summary>A Lambda function that serves models: initialises, asks Lambda for events, and answers them.</summary>
/// <remarks>Thread-safe. See docs/architecture/lambda-host.md for what happens when.</remarks>
public sealed class InferenceFunction : IAsyncDisposable
{
    private readonly LambdaEnvironment _environment;
    private readonly FunctionServices _services;
    private readonly IReadOnlyList<IEventRoute> _routes;
    private readonly InferenceFunctionOptions _options;
    private readonly SnapshotHooks? _snapshot;
    private readonly InvocationProcessor _processor;
    private readonly FunctionInitialization _initialization;
    private readonly long _created;
    private int _limited;

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
        _options = options;
        _snapshot = snapshot;
        _created = created;
        _processor = new InvocationProcessor(services, routes, warmup, scope, created)
        {
            Metrics = metricNamespace is null || !options.EmbeddedMetrics
                ? null
                : new EmbeddedMetrics(metricNamespace, environment.FunctionName, services.LogSink, services.Time, created),
            Scheduled = scheduled,
        };
        _initialization = new FunctionInitialization(services, routes, _processor, warmup, failures);
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
        return _initialization.Begin().WaitAsync(cancellationToken);
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
        Task initialization = _initialization.Begin();
        return initialization.IsCompletedSuccessfully && connecting.IsCompleted && _environment.InitializationType != LambdaEnvironment.SnapStart
            ? runner.RunAsync(cancellationToken)
            : StartAsync(runner, initialization, connecting, cancellationToken);
    }

    /// <summary>Runs what <see cref="InferenceFunctionBuilder.BeforeSnapshot"/> named, for a host of its own; <see cref="RunAsync"/> does this by itself.</summary>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>A task that ends when all hooks have run.</returns>
    public ValueTask RunBeforeSnapshotAsync(CancellationToken cancellationToken = default) =>
        SnapshotHooks.RunAsync(_snapshot?.Before, _services, cancellationToken);

    /// <summary>Runs what <see cref="InferenceFunctionBuilder.AfterRestore"/> named, for a host of its own; <see cref="RunAsync"/> does this by itself.</summary>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>A task that ends when all hooks have run.</returns>
    public ValueTask RunAfterRestoreAsync(CancellationToken cancellationToken = default) =>
        SnapshotHooks.RunAsync(_snapshot?.After, _services, cancellationToken);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _processor.Dispose();
        await _initialization.DisposeAsync().ConfigureAwait(false);
        await _services.DisposeAsync().ConfigureAwait(false);
    }

    // On its own, so that a function without models does not load what it needs.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private Task StartAsync(LoopRunner runner, Task initialization, Task connecting, CancellationToken cancellationToken) =>
        new FunctionStart(_environment, _services, _routes, _processor, _snapshot, _options.DeadlineMargin, _created).RunAsync(runner, initialization, connecting, cancellationToken);

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
}
