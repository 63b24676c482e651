using System.Runtime.CompilerServices;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using ServerlessInference.Lambda.Events;
using ServerlessInference.Lambda.Events.Records;
using ServerlessInference.Lambda.Invocations;
using ServerlessInference.Lambda.Logging;
using ServerlessInference.Lambda.Warmup;

namespace ServerlessInference.Lambda;

/// <summary>Describes a function: its models and services, its configuration and logging, and the events that it answers.</summary>
/// <remarks>
/// Configuration and logging cost a cold start several milliseconds, so each is only set up when it is used: configuration when
/// <see cref="Configuration"/> is read or when a setting of this library may exist, Microsoft's logging when <see cref="Logging"/> is read.
/// Without the latter, log records of <c>AWS_LAMBDA_LOG_LEVEL</c> and above are written to standard output as well.
/// </remarks>
public sealed class InferenceFunctionBuilder
{
    private const string SettingsFile = "appsettings.json";

    private readonly string[] _args;
    private readonly List<IEventRoute> _routes = [];
    private readonly List<Action<InferenceFunctionOptions>> _configure = [];
    private readonly long _created = TimeProvider.System.GetTimestamp();
    private ServiceCollection? _services;
    private ConfigurationManager? _configuration;
    private FunctionLoggingBuilder? _logging;
    private IEventRoute? _handler;
    private IEventRoute? _scheduled;
    private readonly ProgramWatch? _watch;
    private SnapshotHooks? _snapshot;
    private string? _metricNamespace;
    private bool? _hasOwnSettings;
    private bool _built;

    internal InferenceFunctionBuilder(string[] args, LambdaEnvironment environment)
    {
        _args = args;
        Environment = environment;
        _watch = ProgramWatch.Begin(environment);
    }

    /// <summary>Gets the function's services; models are registered here.</summary>
    public IServiceCollection Services => _services ??= [];

    /// <summary>
    /// Gets the function's environment, as Lambda describes it. <see cref="LambdaEnvironment.Require"/> reads further variables.
    /// </summary>
    public LambdaEnvironment Environment { get; }

    /// <summary>
    /// Gets the configuration: <c>appsettings.json</c> next to the application if it exists, environment variables, and <c>--key=value</c>
    /// arguments.
    /// </summary>
    public IConfigurationManager Configuration => _configuration ??= CreateConfiguration();

    /// <summary>
    /// Gets the logging, to add providers and filters. Records are written to standard output according to Lambda's log settings.
    /// </summary>
    public ILoggingBuilder Logging => _logging ??= CreateLogging();

    internal WarmupOptions Warmup { get; } = new();

    /// <summary>Gets the state that the routes share.</summary>
    internal RouteContext RouteContext { get; } = new();

    internal Func<Stream>? LogOutput { get; set; }

    /// <summary>Sets options in code, which override the configuration.</summary>
    /// <param name="configure">Sets the options.</param>
    /// <returns>The builder.</returns>
    public InferenceFunctionBuilder Configure(Action<InferenceFunctionOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        _configure.Add(configure);
        return this;
    }

    /// <summary>
    /// Recognises warm-ups of further senders: events whose only purpose is to keep the function warm. Without this call, scheduled events
    /// of EventBridge are recognised.
    /// </summary>
    /// <param name="configure">Selects the senders; <see langword="null"/> selects all of <see cref="WarmupOptions"/>.</param>
    /// <returns>The builder.</returns>
    /// <remarks>
    /// <para>A warm-up loads the models (or the one that the event names as <c>"model"</c>), runs each of them once on synthetic input, and
    /// is answered without running code of the application. HTTP requests and batches of records are never treated as warm-ups.</para>
    /// <para>Answer: <c>{"warmup":true,"sender","wasWarm","models":[{"name","version","source"}],"environmentAgeMs"}</c>.</para>
    /// </remarks>
    public InferenceFunctionBuilder UseWarmup(Action<WarmupOptions>? configure = null)
    {
        if (configure is null)
        {
            Warmup.ServerlessPlugin = Warmup.LambdaWarmer = Warmup.Pings = true;
        }

        configure?.Invoke(Warmup);
        foreach (string location in Warmup.ModelLocations)
        {
            if (location.StartsWith("s3:", StringComparison.Ordinal))
            {
                // An event may name a model that no source of the function mentions, so the scheme has to be known.
                RegisterS3(Services);
                break;
            }
        }

        return this;
    }

    // A method of its own, so that the package of S3 is not loaded for functions without such locations.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void RegisterS3(IServiceCollection services) => services.AddServerlessInference().AddS3Models();

    /// <summary>Recognises warm-ups of a sender of your own.</summary>
    /// <param name="detector">Recognises them. It examines direct calls and EventBridge events.</param>
    /// <returns>The builder.</returns>
    public InferenceFunctionBuilder UseWarmup(IWarmupDetector detector)
    {
        ArgumentNullException.ThrowIfNull(detector);
        Services.AddSingleton(detector);
        return this;
    }

    /// <summary>
    /// Writes the figures of each invocation to the log in CloudWatch's embedded metric format, from which CloudWatch creates metrics
    /// without an API call.
    /// </summary>
    /// <param name="metricNamespace">The metrics' namespace in CloudWatch: 1 to 255 characters, not beginning with a colon.</param>
    /// <returns>The builder.</returns>
    /// <remarks>
    /// <para>Metrics with the dimension <c>Model</c>: <c>PreprocessingTime</c>, <c>InferenceTime</c> and <c>PostprocessingTime</c> in
    /// milliseconds, <c>BatchSize</c>, <c>Failures</c>, <c>ModelReplacements</c>, <c>ModelReplacementFailures</c> and <c>ModelEvictions</c>
    /// as counts. With <c>Model</c> and <c>Source</c>: <c>ModelLoadTime</c>. With <c>FunctionName</c>, at an environment's first event:
    /// <c>ColdStart</c> as a count, and <c>ColdStartTime</c>, from the creation of the builder to that event's answer. Each line also
    /// contains the request's ID.</para>
    /// <para><see cref="InferenceFunctionOptions.EmbeddedMetrics"/> turns them off, as does
    /// <c>ServerlessInference__Function__EmbeddedMetrics=false</c>.</para>
    /// <para>They are collected from the <see cref="System.Diagnostics.Metrics.Meter"/> named <c>ServerlessInference</c>, so two functions
    /// in one process, as in tests, collect each other's figures. Source: the CloudWatch embedded metric format specification.</para>
    /// </remarks>
    /// <exception cref="ArgumentException">The namespace is invalid.</exception>
    public InferenceFunctionBuilder UseEmbeddedMetrics(string metricNamespace = "ServerlessInference")
    {
        const int MaxLength = 255;
        ArgumentException.ThrowIfNullOrWhiteSpace(metricNamespace);
        if (metricNamespace.Length > MaxLength || metricNamespace[0] == ':')
        {
            throw new ArgumentException(
                $"'{metricNamespace}' is not a valid CloudWatch namespace: it must have at most {MaxLength} characters and must not " +
                "begin with a colon.",
                nameof(metricNamespace));
        }

        _metricNamespace = metricNamespace;
        return this;
    }

    /// <summary>
    /// Adds a hook that runs before Lambda takes its snapshot (SnapStart), after all models are loaded: it closes what must not be in the
    /// snapshot.
    /// </summary>
    /// <param name="hook">The hook. If it throws, the version cannot be published.</param>
    /// <returns>The builder.</returns>
    /// <remarks>Hooks run in the reverse order of these calls, and only if the function has SnapStart.</remarks>
    public InferenceFunctionBuilder BeforeSnapshot(Func<IServiceProvider, CancellationToken, ValueTask> hook)
    {
        ArgumentNullException.ThrowIfNull(hook);
        (_snapshot ??= new SnapshotHooks()).Before.Insert(0, hook);
        return this;
    }

    /// <summary>
    /// Adds a hook that runs after Lambda has restored a copy of the snapshot (SnapStart), before the first event: it renews what must be
    /// unique or has expired.
    /// </summary>
    /// <param name="hook">The hook, which has 10 s. If it throws, Lambda discards the environment.</param>
    /// <returns>The builder.</returns>
    /// <remarks>Hooks run in the order of these calls, and only if the function has SnapStart.</remarks>
    public InferenceFunctionBuilder AfterRestore(Func<IServiceProvider, CancellationToken, ValueTask> hook)
    {
        ArgumentNullException.ThrowIfNull(hook);
        (_snapshot ??= new SnapshotHooks()).After.Add(hook);
        return this;
    }

    /// <summary>Builds the function. No model is loaded yet.</summary>
    /// <returns>The function; the caller disposes it.</returns>
    /// <exception cref="InvalidOperationException">The function was built already.</exception>
    public InferenceFunction Build()
    {
        if (_built)
        {
            throw new InvalidOperationException("Build was called already. Create a new builder for another function.");
        }

        _built = true;
        TimeProvider time = _services is null ? TimeProvider.System : FindTime(_services);
        long created = time == TimeProvider.System ? _created : time.GetTimestamp();
        var scope = new InvocationScope(Environment.MaxConcurrency > 1);
        var services = new FunctionServices(_services, Environment, scope, time, GetServiceConfiguration, LogOutput);
        if (services.HasModels && !services.HasSplitPackage)
        {
            NativeRuntime.LoadInBackground();
        }

        if (_handler is not null)
        {
            _routes.Add(_handler);
        }

        var failures = new List<string>();
        InferenceFunctionOptions settings = ReadOptions(failures);
        var warmup = new WarmupResponder(services, Warmup, created);
        return new InferenceFunction(
            Environment, services, _routes, warmup, scope, settings, failures, _snapshot, _metricNamespace, _scheduled, _watch, created);
    }

    /// <summary>Finds the route that several <c>Map</c> calls share, or adds it.</summary>
    internal TRoute GetOrAddRoute<TRoute>(Func<TRoute> create)
        where TRoute : class, IEventRoute
    {
        foreach (IEventRoute route in _routes)
        {
            if (route is TRoute existing)
            {
                return existing;
            }
        }

        TRoute added = create();
        _routes.Add(added);
        return added;
    }

    /// <summary>Finds the route for a kind of records, or adds it.</summary>
    internal RecordRoute GetOrAddRecordRoute(EventKind kind)
    {
        foreach (IEventRoute existing in _routes)
        {
            if (existing is RecordRoute known && known.Kind == kind)
            {
                return known;
            }
        }

        var added = new RecordRoute(kind, RouteContext);
        _routes.Add(added);
        return added;
    }

    /// <summary>Sets the route of all events that no other route handles.</summary>
    internal void SetHandler(IEventRoute handler) => _handler = _handler is null ? handler : throw new InvalidOperationException(
        $"MapHandler was called already, with {_handler.Description}. It handles every event that no other mapping handles, so there can " +
        "be only one.");

    /// <summary>Sets the route of scheduled events, which then are not warm-ups.</summary>
    internal void SetScheduled(IEventRoute handler)
    {
        _scheduled = _scheduled is null ? handler : throw new InvalidOperationException(
            "MapScheduledEvents was called already. One handler answers all schedules; the event's resources and detail distinguish them.");
        Warmup.ScheduledEvents = false;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static TimeProvider FindTime(ServiceCollection services)
    {
        for (int i = services.Count - 1; i >= 0; i--)
        {
            if (services[i].ServiceType == typeof(TimeProvider)
                && !services[i].IsKeyedService
                && services[i].ImplementationInstance is TimeProvider time)
            {
                return time;
            }
        }

        return TimeProvider.System;
    }

    /// <summary>Returns the configuration for services. It is only built if one of them reads a setting that may exist.</summary>
    private IConfiguration GetServiceConfiguration() =>
        _configuration is not null ? _configuration : new LazyConfiguration(() => Configuration, HasOwnSettings());

    /// <summary>Returns whether the configuration may contain a setting of this library.</summary>
    private bool HasOwnSettings() => _hasOwnSettings ??=
        HasSettingsFile() || _args.Length > 0 || LazyConfiguration.IsAnyVariableSet(System.Environment.GetEnvironmentVariables());

    private InferenceFunctionOptions ReadOptions(List<string> failures)
    {
        var options = new InferenceFunctionOptions();

        // Most functions set none of these options, and are spared the configuration. A function with services looks for any setting of
        // this library, so that a misspelt one is found; one without services starts faster with three exact names.
        bool mayHaveSettings = _configuration is not null || (_services is not null
            ? HasOwnSettings()
            : _args.Length > 0 || HasSettingsFile() || FunctionSettings.IsAnyVariableSet());
        if (mayHaveSettings)
        {
            FunctionSettings.Read(Configuration, options, failures);
        }

        foreach (Action<InferenceFunctionOptions> configure in _configure)
        {
            configure(options);
        }

        options.Validate(failures);
        return options;
    }

    private ConfigurationManager CreateConfiguration()
    {
        var configuration = new ConfigurationManager();
        if (HasSettingsFile())
        {
            AddSettingsFile(configuration);
        }

        configuration.AddEnvironmentVariables();
        foreach (string argument in _args)
        {
            int equals = argument.IndexOf('=', StringComparison.Ordinal);
            if (argument.StartsWith("--", StringComparison.Ordinal) && equals > 2)
            {
                configuration[argument[2..equals]] = argument[(equals + 1)..];
            }
        }

        return configuration;
    }

    private static bool HasSettingsFile() => File.Exists(Path.Combine(AppContext.BaseDirectory, SettingsFile));

    // Not inlined, so that the assemblies that it uses are only loaded if there is such a file.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void AddSettingsFile(ConfigurationManager configuration) =>
        configuration.AddJsonFile(Path.Combine(AppContext.BaseDirectory, SettingsFile), optional: true, reloadOnChange: false);

    private FunctionLoggingBuilder CreateLogging()
    {
        Services.AddLogging();
        return new FunctionLoggingBuilder(Services);
    }
}
