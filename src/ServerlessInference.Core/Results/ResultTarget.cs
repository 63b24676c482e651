using Microsoft.Extensions.DependencyInjection;

namespace ServerlessInference.Results;

/// <summary>Says where the results of records go. Packages with sinks extend it.</summary>
/// <remarks>Each call of a <c>To…</c> method adds a sink: a result is safe when all of them have it. Not thread-safe: used
/// while a function is described.</remarks>
public sealed class ResultTarget
{
    private readonly List<Func<IServiceProvider, IResultSink>> _factories = [];
    private bool _nothing;

    /// <summary>Gets a value indicating whether nothing was said yet, not even that results go nowhere.</summary>
    public bool IsEmpty => !_nothing && _factories.Count == 0;

    /// <summary>Sends results to a sink.</summary>
    /// <param name="sink">The sink; it stays the caller's to dispose.</param>
    /// <returns>The target.</returns>
    public ResultTarget To(IResultSink sink)
    {
        ArgumentNullException.ThrowIfNull(sink);
        return To(_ => sink);
    }

    /// <summary>Sends results to a sink made of the function's services, once, while the function initialises.</summary>
    /// <param name="factory">Makes or resolves the sink.</param>
    /// <returns>The target.</returns>
    public ResultTarget To(Func<IServiceProvider, IResultSink> factory)
    {
        ArgumentNullException.ThrowIfNull(factory);
        _factories.Add(factory);
        return this;
    }

    /// <summary>Sends results to a registered service.</summary>
    /// <typeparam name="TSink">The service.</typeparam>
    /// <returns>The target.</returns>
    public ResultTarget To<TSink>()
        where TSink : IResultSink => To(services => services.GetRequiredService<TSink>());

    /// <summary>Sends results to a sink that takes the pipeline's own type.</summary>
    /// <typeparam name="T">What the pipeline answers.</typeparam>
    /// <param name="sink">The sink; it stays the caller's to dispose.</param>
    /// <returns>The target.</returns>
    public ResultTarget ToTyped<T>(IResultSink<T> sink)
    {
        ArgumentNullException.ThrowIfNull(sink);
        return To(_ => new TypedSink<T>(sink));
    }

    /// <summary>Lets results go nowhere but into the answer, where the event has one. A record that cannot be used is then reported as failed.</summary>
    /// <returns>The target.</returns>
    public ResultTarget ToNothing()
    {
        _nothing = true;
        return this;
    }

    /// <summary>Makes the sinks.</summary>
    /// <param name="services">The function's services.</param>
    /// <returns>One sink for all of them; <see langword="null"/> where results go nowhere.</returns>
    public IResultSink? Create(IServiceProvider services) => _factories switch
    {
        [] => null,
        [var only] => only(services),
        _ => new SeveralSinks([.. _factories.Select(factory => factory(services))]),
    };
}
