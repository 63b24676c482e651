using Microsoft.Extensions.DependencyInjection;

namespace ServerlessInference.Results;

/// <summary>Selects where the results of records are stored. Packages add further targets.</summary>
/// <remarks>
/// Each call of a <c>To…</c> method adds a sink. A result counts as stored when all sinks have stored it. Not thread-safe; used while a
/// function is being configured.
/// </remarks>
public sealed class ResultTarget
{
    private readonly List<Func<IServiceProvider, IResultSink>> _factories = [];
    private bool _nothing;

    /// <summary>Gets a value indicating whether no method has been called, not even <see cref="ToNothing"/>.</summary>
    public bool IsEmpty => !_nothing && _factories.Count == 0;

    /// <summary>Sends results to a sink.</summary>
    /// <param name="sink">The sink. The caller remains responsible for disposing it.</param>
    /// <returns>The target.</returns>
    public ResultTarget To(IResultSink sink)
    {
        ArgumentNullException.ThrowIfNull(sink);
        return To(_ => sink);
    }

    /// <summary>Sends results to a sink that is created from the function's services.</summary>
    /// <param name="factory">Creates or resolves the sink; called once, while the function is initialised.</param>
    /// <returns>The target.</returns>
    public ResultTarget To(Func<IServiceProvider, IResultSink> factory)
    {
        ArgumentNullException.ThrowIfNull(factory);
        _factories.Add(factory);
        return this;
    }

    /// <summary>Sends results to a registered service.</summary>
    /// <typeparam name="TSink">The type of the service.</typeparam>
    /// <returns>The target.</returns>
    public ResultTarget To<TSink>()
        where TSink : IResultSink => To(services => services.GetRequiredService<TSink>());

    /// <summary>Sends results to a sink as objects of the pipeline's type.</summary>
    /// <typeparam name="T">The type of the pipeline's answers.</typeparam>
    /// <param name="sink">The sink. The caller remains responsible for disposing it.</param>
    /// <returns>The target.</returns>
    public ResultTarget ToTyped<T>(IResultSink<T> sink)
    {
        ArgumentNullException.ThrowIfNull(sink);
        return To(_ => new TypedSink<T>(sink));
    }

    /// <summary>Stores results nowhere. They appear only in the answer to the event, if it has one.</summary>
    /// <remarks>A record that cannot be processed is reported as failed, because there is no other place for its error.</remarks>
    /// <returns>The target.</returns>
    public ResultTarget ToNothing()
    {
        _nothing = true;
        return this;
    }

    /// <summary>Creates the sinks.</summary>
    /// <param name="services">The function's services.</param>
    /// <returns>One sink that writes to all of them; <see langword="null"/> if there is none.</returns>
    public IResultSink? Create(IServiceProvider services) => _factories switch
    {
        [] => null,
        [var only] => only(services),
        _ => new CompositeResultSink([.. _factories.Select(factory => factory(services))]),
    };
}
