using System.Runtime.CompilerServices;
using Microsoft.Extensions.Options;
using ServerlessInference.Lambda.Events;
using ServerlessInference.Lambda.Invocations;
using ServerlessInference.Lambda.Logging;
using ServerlessInference.Lambda.Metrics;
using ServerlessInference.Lambda.Runtime;
using ServerlessInference.Lambda.Warmup;

namespace ServerlessInference.Lambda;

/// <summary>A Lambda function that serves models: it loads them, requests events from Lambda, and answers them.</summary>
/// <remarks>Thread-safe. docs/architecture/lambda-host.md describes the life of a function.</remarks>
/// <example>
/// <code>
/// var app = InferenceFunction.CreateBuilder(args);
/// app.Services.AddServerlessInference()
///    .AddModel("shapes", model => model.FromFileSystem("/opt/shapes").UseImageClassification());
/// app.MapHttp("shapes");
/// await app.Build().RunAsync();
/// </code>
/// </example>
public sealed class InferenceFunction : IAsyncDisposable
{
    private readonly LambdaEnvironment _environment;
    private readonly FunctionServices _services;
    private readonly IReadOnlyList<IEventRoute> _routes;
    private readonly InferenceFunctionOptions _options;
    private readonly SnapshotHooks? _snapshot;
    private readonly ProgramWatch? _watch;
    private readonly InvocationProcessor _processor;
    private readonly FunctionInitialization _initialization;
    private readonly long _created;
    private int _isMemoryLimited;

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
        ProgramWatch? watch,
        long created)
    {
        _watch = watch;
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

    /// <summary>Creates a builder, which describes a function.</summary>
    /// <param name="args">The program's arguments; <c>--key=value</c> becomes a part of the configuration.</param>
    /// <param name="environment">The function's environment; <see langword="null"/>, the default, reads the environment variables.</param>
    /// <returns>A builder.</returns>
    /// <example>
    /// <code>
    /// var app = InferenceFunction.CreateBuilder(args);
    /// app.Services.AddServerlessInference()
    ///    .AddModel("shapes", model => model.FromFileSystem("/opt/shapes").UseImageClassification());
    /// app.MapHttp("shapes");
    /// await app.Build().RunAsync();
    /// </code>
    /// </example>
    public static InferenceFunctionBuilder CreateBuilder(string[]? args = null, LambdaEnvironment? environment = null) =>
        new(args ?? [], environment ?? LambdaEnvironment.Read());

    /// <summary>Checks all settings and loads the models that are preloaded. Further calls wait for the same initialization.</summary>
    /// <param name="cancellationToken">Cancels the wait, but not the initialization.</param>
    /// <returns>A task that ends when the function is ready.</returns>
    /// <exception cref="OptionsValidationException">Settings are invalid; the message lists all of them.</exception>
    /// <exception cref="ModelLoadException">A model cannot be loaded.</exception>
    public Task InitializeAsync(CancellationToken cancellationToken = default)
    {
        _watch?.End();
        LimitManagedMemory();
        return _initialization.Begin().WaitAsync(cancellationToken);
    }

    /// <summary>Answers one event without Lambda's Runtime API. The function is initialised first if necessary.</summary>
    /// <param name="payload">The event, UTF-8 JSON; it is not changed.</param>
    /// <param name="context">The invocation's context.</param>
    /// <param name="cancellationToken">Cancels the invocation.</param>
    /// <returns>The answer, or the error that Lambda would receive.</returns>
    /// <exception cref="OptionsValidationException">The function cannot be initialised.</exception>
    /// <exception cref="ModelLoadException">A model cannot be loaded during the initialization.</exception>
    /// <exception cref="OperationCanceledException">
    /// The token was cancelled. If the deadline is reached, the event is answered with an error.
    /// </exception>
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

    /// <summary>
    /// Initialises the function, then answers events of Lambda's Runtime API until the token is cancelled or Lambda ends the process.
    /// </summary>
    /// <param name="cancellationToken">Stops requesting events; invocations that are running are completed first.</param>
    /// <returns>A task that ends when the function has stopped.</returns>
    /// <exception cref="RuntimeApiException">The Runtime API cannot be reached.</exception>
    /// <exception cref="OptionsValidationException">Settings are invalid. This was reported to Lambda.</exception>
    /// <exception cref="ModelLoadException">A model cannot be loaded. This was reported to Lambda.</exception>
    public Task RunAsync(CancellationToken cancellationToken = default)
    {
        _watch?.End();
        var runner = new LoopRunner(
            new RuntimeApiEndpoint(_environment.RuntimeApi),
            _environment.MaxConcurrency,
            _processor,
            _options.DeadlineMargin,
            _services.Time);

        // While models load, there is time to open the first connection.
        Task connecting = _services.HasModels ? Task.Run(() => PrepareProcess(runner), CancellationToken.None) : Task.CompletedTask;
        Task initialization = _initialization.Begin();
        return initialization.IsCompletedSuccessfully
            && connecting.IsCompleted
            && _environment.InitializationType != LambdaEnvironment.SnapStart
            ? runner.RunAsync(cancellationToken)
            : StartAsync(runner, initialization, connecting, cancellationToken);
    }

    /// <summary>
    /// Runs the hooks of <see cref="InferenceFunctionBuilder.BeforeSnapshot"/>, for use by another host. <see cref="RunAsync"/> runs them
    /// by itself.
    /// </summary>
    /// <param name="cancellationToken">Cancels the hooks.</param>
    /// <returns>A task that ends when all hooks have run.</returns>
    public ValueTask RunBeforeSnapshotAsync(CancellationToken cancellationToken = default) =>
        SnapshotHooks.RunAsync(_snapshot?.Before, _services, cancellationToken);

    /// <summary>
    /// Runs the hooks of <see cref="InferenceFunctionBuilder.AfterRestore"/>, for use by another host. <see cref="RunAsync"/> runs them by
    /// itself.
    /// </summary>
    /// <param name="cancellationToken">Cancels the hooks.</param>
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

    // Not inlined, so that a function without models does not load the types that it uses.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private Task StartAsync(LoopRunner runner, Task initialization, Task connecting, CancellationToken cancellationToken) =>
        new FunctionStart(_environment, _services, _routes, _processor, _snapshot, _options.DeadlineMargin, _created)
            .RunAsync(runner, initialization, connecting, cancellationToken);

    private void PrepareProcess(LoopRunner runner)
    {
        LimitManagedMemory();
        runner.Connect();
    }

    /// <summary>Limits the managed heap, once, if the function has models and if this process runs on Lambda.</summary>
    private void LimitManagedMemory()
    {
        if (_environment.IsProcess && _services.HasModels && Interlocked.Exchange(ref _isMemoryLimited, 1) == 0)
        {
            ManagedMemory.TryLimit(_environment.MemorySize, _options.ManagedMemoryPercent);
        }
    }
}
