using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using ServerlessInference.Models;

namespace ServerlessInference.Registration;

/// <summary>Collects the sources of a model that a pointer refers to. They are tried in the order in which they are added.</summary>
/// <remarks>Not thread-safe; a new builder is used for each value of a pointer.</remarks>
public sealed class ModelSourceChainBuilder
{
    private readonly List<ModelSourceRegistration> _sources = [];

    internal ModelSourceChainBuilder()
    {
    }

    /// <summary>Adds a source.</summary>
    /// <param name="source">Selects the source.</param>
    /// <returns>This builder.</returns>
    /// <exception cref="ArgumentException">No source was selected.</exception>
    public ModelSourceChainBuilder From(Action<ModelSourceBuilder> source)
    {
        _sources.Add(ModelSourceBuilder.Register(source));
        return this;
    }

    /// <summary>Adds a source that is tried when those before it have failed.</summary>
    /// <param name="source">Selects the source.</param>
    /// <returns>This builder.</returns>
    /// <exception cref="ArgumentException">No source was selected.</exception>
    public ModelSourceChainBuilder ThenFrom(Action<ModelSourceBuilder> source) => From(source);

    internal IModelSource Build(IServiceProvider services) =>
        Build(
            _sources.ConvertAll(source => new ModelSourceChainLink(source.Factory(services), source.Deadline, source.MinBytesPerSecond)),
            services);

    /// <summary>Combines sources into one. A single source without a deadline is returned as it is.</summary>
    internal static IModelSource Build(IReadOnlyList<ModelSourceChainLink> links, IServiceProvider services)
    {
        return links is [{ Deadline: null }]
            ? links[0].Source
            : new ModelSourceChain(
                links, services.GetService<TimeProvider>(), services.GetService<ILoggerFactory>()?.CreateLogger<ModelSourceChain>());
    }
}
