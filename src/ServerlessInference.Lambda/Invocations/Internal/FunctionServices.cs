using System.Runtime.CompilerServices;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using ServerlessInference.Lambda.Logging;
using ServerlessInference.Models;
using ServerlessInference.Packages;
using ServerlessInference.Sessions;

namespace ServerlessInference.Lambda.Invocations;

/// <summary>The function's services. The container is built when the first service is needed. Thread-safe.</summary>
/// <remarks>
/// A function without models that resolves no service spends no time of its cold start on a container, on logging or on configuration. For
/// the same reason the methods that use types of those libraries are marked as not to be inlined: a method's types are loaded when it is
/// compiled. The rules for such code: docs/architecture/start-up.md.
/// </remarks>
internal sealed class FunctionServices : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly LambdaEnvironment _environment;
    private readonly InvocationScope _scope;
    private readonly Func<IConfiguration> _configuration;
    private readonly Func<Stream>? _logOutput;
    private IServiceCollection? _services;
    private LogSink? _logSink;
    private LambdaLoggerProvider? _ownLogging;
    private ServiceProvider? _provider;
    private bool _disposed;

    /// <summary>Creates the services.</summary>
    /// <param name="services">The services that the application registered; <see langword="null"/> if it registered none.</param>
    /// <param name="environment">The function's environment.</param>
    /// <param name="scope">Holds the ID of the current request.</param>
    /// <param name="time">The clock.</param>
    /// <param name="configuration">Returns the configuration; called when it is first needed.</param>
    /// <param name="logOutput">Opens the output of log records; <see langword="null"/> for standard output.</param>
    public FunctionServices(
        IServiceCollection? services,
        LambdaEnvironment environment,
        InvocationScope scope,
        TimeProvider time,
        Func<IConfiguration> configuration,
        Func<Stream>? logOutput)
    {
        _services = services;
        _environment = environment;
        _scope = scope;
        _configuration = configuration;
        _logOutput = logOutput;
        Time = time;
        HasModels = services is not null && HasRegistry(services);
        HasSplitPackage = HasModels && HasPackage(services!);
    }

    public readonly TimeProvider Time;

    /// <summary>Whether the function has begun to answer events.</summary>
    public readonly InvocationState State = new();

    /// <summary>Whether models are registered.</summary>
    public readonly bool HasModels;

    /// <summary>Whether the function has a split package, which must be fetched before anything else is used.</summary>
    public readonly bool HasSplitPackage;

    /// <summary>Gets the services that the application registered; <see langword="null"/> if it registered none.</summary>
    public IServiceCollection? Registered => _services;

    /// <summary>Gets the sink of log records.</summary>
    public LogSink LogSink
    {
        get
        {
            lock (_gate)
            {
                return _logSink ??= CreateLogSink();
            }
        }
    }

    public IServiceProvider Provider
    {
        get
        {
            if (Volatile.Read(ref _provider) is { } ready)
            {
                return ready;
            }

            lock (_gate)
            {
                ObjectDisposedException.ThrowIf(_disposed, this);
                if (_provider is null)
                {
                    Volatile.Write(ref _provider, Build());
                }

                return _provider;
            }
        }
    }

    public ILogger CreateLogger(string category)
    {
        bool configured = _services is not null && Has(_services, typeof(ILoggerFactory));
        return configured || _provider is not null
            ? Provider.GetRequiredService<ILoggerFactory>().CreateLogger(category)
            : OwnLogging().CreateLogger(category);
    }

    public static bool Has(IServiceCollection services, Type service)
    {
        for (int i = 0; i < services.Count; i++)
        {
            if (services[i].ServiceType == service)
            {
                return true;
            }
        }

        return false;
    }

    public ValueTask DisposeAsync()
    {
        ServiceProvider? provider;
        lock (_gate)
        {
            _disposed = true;
            provider = _provider;
        }

        return provider?.DisposeAsync() ?? ValueTask.CompletedTask;
    }

    private LogSink CreateLogSink() => new(_environment.LogsJson, _environment.LogLevel, _scope, Time, _logOutput);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool HasRegistry(IServiceCollection services) => Has(services, typeof(IModelRegistry));

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool HasPackage(IServiceCollection services) => Has(services, typeof(ISplitPackage));

    [MethodImpl(MethodImplOptions.NoInlining)]
    private LambdaLoggerProvider OwnLogging()
    {
        lock (_gate)
        {
            return _ownLogging ??= new LambdaLoggerProvider(_logSink ??= CreateLogSink());
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private ServiceProvider Build()
    {
        IServiceCollection services = _services ??= new ServiceCollection();
        if (Has(services, typeof(ILoggerFactory)))
        {
            services.AddSingleton<ILoggerProvider>(OwnLogging());
        }
        else
        {
            services.AddSingleton<ILoggerFactory>(OwnLogging());
            services.TryAddSingleton(typeof(ILogger<>), typeof(Logger<>));
        }

        if (!Has(services, typeof(IConfiguration)))
        {
            services.AddSingleton(_ => _configuration());
        }

        services.AddSingleton(_environment);
        if (HasModels)
        {
            AddModelLimits(services);
        }

        // Scopes are not validated: checking every resolution would cost each cold start.
        return services.BuildServiceProvider();
    }

    private void AddModelLimits(IServiceCollection services)
    {
        int processors = Environment.ProcessorCount;
        if (FunctionLimits.FromMemory(_environment.MemorySize, processors, _environment.MaxConcurrency) is { } limits)
        {
            services.TryAddSingleton(limits);
        }

        services.AddSingleton<IHostState>(State);
        services.AddSingleton<IPostConfigureOptions<ModelMemoryOptions>>(new FunctionMemoryLimit(_environment));
        int threads = ThreadCount.FromMemory(_environment.MemorySize, processors);
        services.PostConfigure<InferenceThreadOptions>(options => options.IntraOp = options.IntraOp == 0 ? threads : options.IntraOp);
    }
}
