using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using ServerlessInference.Models;
using ServerlessInference.Models.Pointers;

namespace ServerlessInference.Registration;

/// <summary>Names one pointer; the last call wins. Packages add kinds of their own, such as <c>ParameterStore</c>.</summary>
/// <remarks>Not thread-safe: used while a model is registered.</remarks>
public sealed class ModelPointerBuilder
{
    private Func<IServiceProvider, IModelPointer>? _factory;
    private TimeSpan _lifetime = TimeSpan.FromSeconds(30);

    internal ModelPointerBuilder()
    {
    }

    /// <summary>Takes the URI from an environment variable.</summary>
    /// <param name="name">The variable.</param>
    /// <returns>This builder.</returns>
    public ModelPointerBuilder EnvironmentVariable(string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        return Custom(_ => new EnvironmentPointer(name));
    }

    /// <summary>Takes the URI from a small text file, such as one on EFS.</summary>
    /// <param name="path">The file, which holds the URI and nothing else.</param>
    /// <returns>This builder.</returns>
    public ModelPointerBuilder File(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        return Custom(services => new FilePointer(path, services.GetService<TimeProvider>()));
    }

    /// <summary>Takes the URI from a pointer of your own.</summary>
    /// <param name="factory">Creates the pointer, once.</param>
    /// <returns>This builder.</returns>
    public ModelPointerBuilder Custom(Func<IServiceProvider, IModelPointer> factory)
    {
        ArgumentNullException.ThrowIfNull(factory);
        _factory = factory;
        return this;
    }

    /// <summary>Sets how long a value that was read is used before it is read again.</summary>
    /// <param name="lifetime">Zero or more; zero reads at every question. The default is 30 seconds.</param>
    /// <returns>This builder.</returns>
    public ModelPointerBuilder Lifetime(TimeSpan lifetime)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(lifetime, TimeSpan.Zero);
        _lifetime = lifetime;
        return this;
    }

    /// <summary>Makes a source that resolves what the pointer says.</summary>
    internal Func<IServiceProvider, IModelSource> Build(Action<ModelPointerValue, ModelSourceChainBuilder>? sources)
    {
        Func<IServiceProvider, IModelPointer> factory = _factory
            ?? throw new ArgumentException("No pointer was named. Call EnvironmentVariable, File, ParameterStore or Custom.");
        TimeSpan lifetime = _lifetime;
        return services => Create(services, factory(services), lifetime, sources);
    }

    /// <summary>Makes a source of a pointer whose text is a URI: for a factory that gives configuration a scheme of its own.</summary>
    /// <param name="services">The container.</param>
    /// <param name="modelPointer">The pointer.</param>
    /// <returns>The source.</returns>
    public static IModelSource CreateSource(IServiceProvider services, IModelPointer modelPointer)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(modelPointer);
        return Create(services, modelPointer, new ModelPointerBuilder()._lifetime, null);
    }

    private static PointerModelSource Create(
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
