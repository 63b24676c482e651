namespace ServerlessInference.Lambda.Invocations;

/// <summary>Observes a function's invocations, for tracing and the like. It cannot change an event or an answer.</summary>
/// <remarks>
/// <para>Register one observer as a singleton service of this type; it is created while the function initialises. If several are
/// registered, the last one is used. An exception of an observer is logged, and the answer is sent nevertheless.</para>
/// <para>Must be thread-safe: with several concurrent invocations its methods are called at the same time. Dry runs, in which the function
/// compiles its code before the first event, are not observed.</para>
/// </remarks>
public interface IInvocationObserver
{
    /// <summary>
    /// Called before an event is processed, in the asynchronous flow in which it is processed: an
    /// <see cref="System.Diagnostics.Activity"/> that is started here is the current one of the handler and the models.
    /// </summary>
    /// <param name="context">The invocation.</param>
    /// <param name="payload">The event, as it arrived; valid during this call only.</param>
    /// <param name="isFirst">Whether this is the first event of the environment.</param>
    /// <returns>An object that <see cref="OnProcessed"/> receives; <see langword="null"/> for none.</returns>
    object? OnStarting(InvocationContext context, ReadOnlySpan<byte> payload, bool isFirst);

    /// <summary>Called when the answer exists, before it is sent.</summary>
    /// <param name="state">What <see cref="OnStarting"/> returned.</param>
    /// <param name="outcome">How the invocation ended.</param>
    void OnProcessed(object? state, in InvocationOutcome outcome);

    /// <summary>
    /// Called in this library's host after the answer was sent and before the next event is requested. Lambda does not freeze the
    /// environment during this call, and bills its duration. Other hosts do not call it: there, Lambda may freeze the environment as soon
    /// as the handler has returned.
    /// </summary>
    /// <param name="context">The invocation that was answered.</param>
    /// <returns>A task that ends when the next event may be requested.</returns>
    ValueTask OnAnsweredAsync(InvocationContext context);
}
