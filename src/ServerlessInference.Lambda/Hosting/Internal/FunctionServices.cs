using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ServerlessInference.Lambda;

/// <summary>
/// The function's services, built when the first of them is needed: a function without models that resolves nothing spends no time on
/// a container at its cold start.
/// </summary>
internal sealed class FunctionServices(IServiceCollection services, TimeProvider time, ILoggerFactory? ownLoggers) : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private ServiceProvider? _provider;
    private bool _disposed;

    public TimeProvider Time => time;

    /// <summary>Gets a value indicating whether models are registered.</summary>
    public bool HasModels => Has(typeof(IModelRegistry));

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
                    // Scopes are the application's to respect; checking every resolution would cost each cold start.
                    Volatile.Write(ref _provider, services.BuildServiceProvider());
                }

                return _provider;
            }
        }
    }

    public ILogger CreateLogger(string category) =>
        (ownLoggers ?? Provider.GetRequiredService<ILoggerFactory>()).CreateLogger(category);

    public bool Has(Type service)
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
}
