using System.Runtime.CompilerServices;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ServerlessInference.Lambda;

/// <summary>Describes a function: its models and services, its configuration and logging, and which events it answers.</summary>
/// <remarks>
/// Configuration and logging cost a cold start several milliseconds, so each is set up only when it is asked for: configuration when
/// <see cref="Configuration"/> is read or a model is registered, Microsoft's logging when <see cref="Logging"/> is read. Without the
/// latter, records of <c>AWS_LAMBDA_LOG_LEVEL</c> and above go to standard output all the same.
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
    private SnapshotHooks? _snapshot;
    private bool _built;

    internal InferenceFunctionBuilder(string[] args, LambdaEnvironment environment)
    {
        _args = args;
        Environment = environment;
    }

    /// <summary>Gets the function's services; models are registered here.</summary>
    public IServiceCollection Services => _services ??= [];

    /// <summary>Gets what Lambda says about the function.</summary>
    public LambdaEnvironment Environment { get; }

    /// <summary>Gets the configuration: <c>appsettings.json</c> beside the application where there is one, environment variables, <c>--key=value</c> arguments.</summary>
    public IConfigurationManager Configuration => _configuration ??= CreateConfiguration();

    /// <summary>Gets the logging, to add providers and filters. Records go to standard output as Lambda's log settings say.</summary>
    public ILoggingBuilder Logging => _logging ??= CreateLogging();

    internal WarmupOptions Warmup { get; } = new();

    internal string? MetricNamespace { get; set; }

    internal Func<Stream>? LogOutput { get; set; }

    /// <summary>Sets options in code, over what configuration says.</summary>
    /// <param name="configure">Sets them.</param>
    /// <returns>The builder.</returns>
    public InferenceFunctionBuilder Configure(Action<InferenceFunctionOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        _configure.Add(configure);
        return this;
    }

    /// <summary>Does something before Lambda takes its snapshot (SnapStart), when all models are loaded: closes what must not be in it.</summary>
    /// <param name="hook">What to do. Where it throws, the version cannot be published.</param>
    /// <returns>The builder.</returns>
    /// <remarks>Hooks run in the reverse order of these calls, and only where the function has SnapStart.</remarks>
    public InferenceFunctionBuilder BeforeSnapshot(Func<IServiceProvider, CancellationToken, ValueTask> hook)
    {
        ArgumentNullException.ThrowIfNull(hook);
        (_snapshot ??= new SnapshotHooks()).Before.Insert(0, hook);
        return this;
    }

    /// <summary>Does something after Lambda has woken up a copy of the snapshot (SnapStart), before the first event: renews what was unique or has expired.</summary>
    /// <param name="hook">What to do, within 10 s. Where it throws, Lambda discards the environment.</param>
    /// <returns>The builder.</returns>
    /// <remarks>Hooks run in the order of these calls, and only where the function has SnapStart.</remarks>
    public InferenceFunctionBuilder AfterRestore(Func<IServiceProvider, CancellationToken, ValueTask> hook)
    {
        ArgumentNullException.ThrowIfNull(hook);
        (_snapshot ??= new SnapshotHooks()).After.Add(hook);
        return this;
    }

    /// <summary>Builds the function. Nothing is loaded yet.</summary>
    /// <returns>The function; the caller disposes it.</returns>
    /// <exception cref="InvalidOperationException">It was built already.</exception>
    public InferenceFunction Build()
    {
        if (_built)
        {
            throw new InvalidOperationException("Build was called already. Make a new builder for another function.");
        }

        _built = true;
        TimeProvider time = _services is null ? TimeProvider.System : FindTime(_services);
        long created = time == TimeProvider.System ? _created : time.GetTimestamp();
        var scope = new InvocationScope(Environment.MaxConcurrency > 1);
        var services = new FunctionServices(_services, Environment, scope, time, ServedConfiguration, LogOutput);
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
        return new InferenceFunction(Environment, services, _routes, new WarmupResponder(services, Warmup, created), scope, settings, failures, _snapshot, MetricNamespace, _scheduled, created);
    }

    /// <summary>Finds a route that several Map calls share, or adds it.</summary>
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

    /// <summary>Adds a route of its own for a kind of events.</summary>
    internal void AddRecordRoute(RecordRoute route)
    {
        foreach (IEventRoute existing in _routes)
        {
            if (existing is RecordRoute known && known.Kind == route.Kind)
            {
                throw new InvalidOperationException($"{known.Description} is mapped already. One function answers the records of a service with one model.");
            }
        }

        _routes.Add(route);
    }

    /// <summary>Sets the route of all events that no other route takes.</summary>
    internal void SetHandler(IEventRoute handler) => _handler = _handler is null ? handler : throw new InvalidOperationException(
        $"MapHandler was called already, with {_handler.Description}. It takes every event that nothing else handles, so there can be one.");

    /// <summary>Sets the route of scheduled events, which then are no warm-ups.</summary>
    internal void SetScheduled(IEventRoute handler)
    {
        _scheduled = _scheduled is null ? handler : throw new InvalidOperationException(
            "MapScheduledEvents was called already. One handler answers all schedules; the event's resources and detail tell them apart.");
        Warmup.ScheduledEvents = false;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static TimeProvider FindTime(ServiceCollection services)
    {
        for (int i = services.Count - 1; i >= 0; i--)
        {
            if (services[i].ServiceType == typeof(TimeProvider) && !services[i].IsKeyedService && services[i].ImplementationInstance is TimeProvider time)
            {
                return time;
            }
        }

        return TimeProvider.System;
    }

    /// <summary>Gives the configuration to services, built only when one of them reads what may be set.</summary>
    private IConfiguration ServedConfiguration() => _configuration is not null
        ? _configuration
        : new LazyConfiguration(
            () => Configuration,
            HasSettingsFile() || _args.Length > 0 || LazyConfiguration.IsAnyVariableSet(System.Environment.GetEnvironmentVariables()));

    private InferenceFunctionOptions ReadOptions(List<string> failures)
    {
        var options = new InferenceFunctionOptions();

        // Most functions set nothing here, and then need no configuration for it.
        if (_configuration is not null || _args.Length > 0 || HasSettingsFile() || FunctionSettings.IsAnyVariableSet())
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

    // On its own, so that its assemblies are loaded only where there is such a file.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void AddSettingsFile(ConfigurationManager configuration) =>
        configuration.AddJsonFile(Path.Combine(AppContext.BaseDirectory, SettingsFile), optional: true, reloadOnChange: false);

    private FunctionLoggingBuilder CreateLogging()
    {
        Services.AddLogging();
        return new FunctionLoggingBuilder(Services);
    }
}
