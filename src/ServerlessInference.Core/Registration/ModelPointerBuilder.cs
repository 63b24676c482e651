using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using ServerlessInference.Models;
using ServerlessInference.Models.Pointers;

namespace ServerlessInference.Registration;

/// <summary>Selects a pointer, which is a place outside the application that contains the URI of a model.</summary>
/// <remarks>
/// If several methods are called, the last call wins. Packages add further kinds of pointers, such as <c>ParameterStore</c>. Not
/// thread-safe.
/// </remarks>
/// <example>
/// <code>
/// model.FromPointer(pointer =&gt; pointer.EnvironmentVariable("MODEL_URI"));
/// </code>
/// </example>
public sealed class ModelPointerBuilder
{
    internal static readonly TimeSpan DefaultLifetime = TimeSpan.FromSeconds(30);

    private Func<IServiceProvider, IModelPointer>? _factory;
    private TimeSpan _lifetime = DefaultLifetime;

    internal ModelPointerBuilder()
    {
    }

    /// <summary>Reads the URI from an environment variable.</summary>
    /// <param name="name">The name of the variable.</param>
    /// <returns>This builder.</returns>
    public ModelPointerBuilder EnvironmentVariable(string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        return Custom(_ => new EnvironmentPointer(name));
    }

    /// <summary>Reads the URI from a small text file, for example on a network mount.</summary>
    /// <param name="path">The file, which contains nothing but the URI.</param>
    /// <returns>This builder.</returns>
    public ModelPointerBuilder File(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        return Custom(services => new FilePointer(path, services.GetService<TimeProvider>()));
    }

    /// <summary>Reads the URI from a custom pointer.</summary>
    /// <param name="factory">Creates the pointer; called once.</param>
    /// <returns>This builder.</returns>
    public ModelPointerBuilder Custom(Func<IServiceProvider, IModelPointer> factory)
    {
        ArgumentNullException.ThrowIfNull(factory);
        _factory = factory;
        return this;
    }

    /// <summary>Sets how long the value is cached before it is read again.</summary>
    /// <param name="lifetime">Zero or more; zero disables the cache. The default is 30 seconds.</param>
    /// <returns>This builder.</returns>
    public ModelPointerBuilder Lifetime(TimeSpan lifetime)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(lifetime, TimeSpan.Zero);
        _lifetime = lifetime;
        return this;
    }

    /// <summary>Creates a source that loads the model from where the pointer refers to.</summary>
    internal Func<IServiceProvider, IModelSource> Build(Action<ModelPointerValue, ModelSourceChainBuilder>? sources)
    {
        Func<IServiceProvider, IModelPointer> factory = _factory
            ?? throw new ArgumentException("No pointer was selected. Call EnvironmentVariable, File, ParameterStore or Custom.");
        TimeSpan lifetime = _lifetime;
        return services => CreateSource(services, factory(services), lifetime, sources);
    }

    internal static PointerModelSource CreateSource(
        IServiceProvider services, IModelPointer pointer, TimeSpan lifetime, Action<ModelPointerValue, ModelSourceChainBuilder>? sources)
    {
        var cached = new CachedPointer(
            pointer,
            lifetime,
            services.GetService<TimeProvider>() ?? TimeProvider.System,
            services.GetService<ILoggerFactory>()?.CreateLogger<CachedPointer>());
        return new PointerModelSource(cached, sources is null
            ? value => ModelSourceResolver.ResolvePointed(value, pointer.Description, services)
            : value =>
            {
                var chain = new ModelSourceChainBuilder();
                sources(value, chain);
                return chain.Build(services);
            });
    }
}
