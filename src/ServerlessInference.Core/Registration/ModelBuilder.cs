using Microsoft.Extensions.DependencyInjection;
using ServerlessInference.Models;
using ServerlessInference.Models.Pointers;

namespace ServerlessInference.Registration;

/// <summary>Describes one model: its sources, its options and its pipeline.</summary>
/// <remarks>Not thread-safe: used while a model is registered.</remarks>
public sealed class ModelBuilder
{
    private List<Func<IServiceProvider, IModelSource, IModelSource>>? _decorators;
    private Action<ModelBuilder>? _defaults;

    internal ModelBuilder(string name, IServiceCollection services)
    {
        Name = name;
        Services = services;
    }

    /// <summary>Gets the name of the model. Services that belong to the model are keyed by it.</summary>
    public string Name { get; }

    /// <summary>Gets the service collection.</summary>
    public IServiceCollection Services { get; }

    /// <summary>Wraps the source of the model, so that a feature can change the files before the model is loaded.</summary>
    /// <param name="decorate">
    /// Creates the source that is used instead of the given one, or returns the given one. It is called once, when the source is first
    /// needed. The given source is the whole chain of the model's sources.
    /// </param>
    /// <returns>The same model builder, so that calls can be chained.</returns>
    /// <remarks>If it is called several times, the first decorator is the outermost.</remarks>
    /// <example>
    /// <code>
    /// model.DecorateSource((services, source) =&gt; new DecryptingSource(source, services.GetRequiredService&lt;KeyStore&gt;()));
    /// </code>
    /// </example>
    public ModelBuilder DecorateSource(Func<IServiceProvider, IModelSource, IModelSource> decorate)
    {
        ArgumentNullException.ThrowIfNull(decorate);
        (_decorators ??= []).Add(decorate);
        return this;
    }

    /// <summary>
    /// Adds services after the application has described the model, so that whatever it has registered itself takes precedence.
    /// </summary>
    internal void AddDefaults(Action<ModelBuilder> add) => _defaults += add;

    internal void ApplyDefaults() => _defaults?.Invoke(this);

    internal IModelSource Decorate(IServiceProvider services, IModelSource source)
    {
        var pointed = source as IPointedSource;
        for (int i = (_decorators?.Count ?? 0) - 1; i >= 0; i--)
        {
            source = _decorators![i](services, source);
        }

        return pointed is null || source is IPointedSource ? source : new DecoratedPointedSource(source, pointed);
    }
}
