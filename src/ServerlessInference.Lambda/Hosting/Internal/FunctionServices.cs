using System.Runtime.CompilerServices;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using ServerlessInference.Models;
using ServerlessInference.Packages;
using ServerlessInference.Sessions;

namespace ServerlessInference.Lambda;

/// <summary>
/// The function's services, built when the first of them is needed: a function without models that resolves nothing spends no time on
/// a container, on logging or on configuration at its cold start.
/// </summary>
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
    /// <param name="services">What the application registered; <see langword="null"/> where it registered nothing.</param>
    /// <param name="environment">What Lambda says about the function.</param>
    /// <param name="scope">Knows the running request.</param>
    /// <param name="time">The clock.</param>
    /// <param name="configuration">Gives the configuration, once it is asked for.</param>
    /// <param name="logOutput">Where log records go; <see langword="null"/> for standard output.</param>
    public FunctionServices(
        IServiceCollection? services, LambdaEnvironment environment, InvocationScope scope, TimeProvider time, Func<IConfiguration> configuration, Func<Stream>? logOutput)
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

    /// <summary>Knows whether events are answered already.</summary>
    public readonly FunctionPhase Phase = new();

    /// <summary>Whether models are registered.</summary>
    public readonly bool HasModels;

    /// <summary>Whether something travels beside the deployment package, which must be there before anything else is touched.</summary>
    public readonly bool HasSplitPackage;

    /// <summary>Gets what the application registered; <see langword="null"/> where it registered nothing.</summary>
    public IServiceCollection? Registered => _services;

    /// <summary>Gets where log records go.</summary>
    public LogSink LogSink
    {
        get
        {
            lock (_gate)
            {
                return _logSink ??= new LogSink(_environment, _scope, Time, _logOutput);
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
                ObjectDisposedException.ThrowIf(_disposed, typeof(InferenceFunction));
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

    // On its own, so that a function without services does not load what it needs.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool HasRegistry(IServiceCollection services) => Has(services, typeof(IModelRegistry));

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool HasPackage(IServiceCollection services) => Has(services, typeof(ISplitPackage));

    [MethodImpl(MethodImplOptions.NoInlining)]
    private LambdaLoggerProvider OwnLogging()
    {
        lock (_gate)
        {
            return _ownLogging ??= new LambdaLoggerProvider(_logSink ??= new LogSink(_environment, _scope, Time, _logOutput));
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
        if (HasModels && FunctionLimits.FromMemory(_environment.MemorySize, Environment.ProcessorCount, _environment.MaxConcurrency) is { } limits)
        {
            services.TryAddSingleton(limits);
        }

        if (HasModels)
        {
            services.AddSingleton<IHostState>(Phase);
            services.AddSingleton<IPostConfigureOptions<ModelMemoryOptions>>(new FunctionMemoryLimit(_environment));
            int threads = ThreadCount.FromMemory(_environment.MemorySize, Environment.ProcessorCount);
            services.PostConfigure<InferenceThreadOptions>(options => options.IntraOp = options.IntraOp == 0 ? threads : options.IntraOp);
        }

        // Scopes are the application's to respect; checking every resolution would cost each cold start.
        return services.BuildServiceProvider();
    }
}
