using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using ServerlessInference.Models;

namespace ServerlessInference.Registration;

/// <summary>Names sources that are tried in the order of these calls: where a model is that a pointer speaks of.</summary>
/// <remarks>Not thread-safe: each place that a pointer names has a builder of its own.</remarks>
public sealed class ModelSourceChainBuilder
{
    private readonly List<ModelSourceRegistration> _sources = [];

    internal ModelSourceChainBuilder()
    {
    }

    /// <summary>Adds a source.</summary>
    /// <param name="source">Names the source.</param>
    /// <returns>This builder.</returns>
    /// <exception cref="ArgumentException">No source was named.</exception>
    public ModelSourceChainBuilder From(Action<ModelSourceBuilder> source)
    {
        _sources.Add(ModelSourceBuilder.Register(source));
        return this;
    }

    /// <summary>Adds a source that is tried when those before it have failed.</summary>
    /// <param name="source">Names the source.</param>
    /// <returns>This builder.</returns>
    /// <exception cref="ArgumentException">No source was named.</exception>
    public ModelSourceChainBuilder ThenFrom(Action<ModelSourceBuilder> source) => From(source);

    internal IModelSource Build(IServiceProvider services) => Build(_sources.ConvertAll(source => new ModelSourceChainLink(source.Factory(services), source.Deadline)), services);

    /// <summary>Makes one source of several; one alone without a deadline stays itself.</summary>
    internal static IModelSource Build(IReadOnlyList<ModelSourceChainLink> links, IServiceProvider services) => links is [{ Deadline: null }]
        ? links[0].Source
        : new ModelSourceChain(
            links, services.GetService<TimeProvider>(), services.GetService<ILoggerFactory>()?.CreateLogger<ModelSourceChain>());
}
