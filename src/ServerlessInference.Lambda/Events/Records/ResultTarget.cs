using Microsoft.Extensions.DependencyInjection;
using ServerlessInference.Results;

namespace ServerlessInference.Lambda;

/// <summary>Says where the results of records go. Packages with sinks extend it.</summary>
public sealed class ResultTarget
{
    internal ResultTarget()
    {
    }

    internal Func<IServiceProvider, IResultSink>? Factory { get; private set; }

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
    /// <exception cref="InvalidOperationException">A sink was named already.</exception>
    public ResultTarget To(Func<IServiceProvider, IResultSink> factory)
    {
        ArgumentNullException.ThrowIfNull(factory);
        Factory = Factory is null ? factory : throw new InvalidOperationException(
            "A sink was named already. For two, write an IResultSink that calls both and knows what to do when one fails.");
        return this;
    }

    /// <summary>Sends results to a registered service.</summary>
    /// <typeparam name="TSink">The service.</typeparam>
    /// <returns>The target.</returns>
    public ResultTarget To<TSink>()
        where TSink : IResultSink => To(services => services.GetRequiredService<TSink>());
}
