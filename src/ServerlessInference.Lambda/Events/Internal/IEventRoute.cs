namespace ServerlessInference.Lambda;

/// <summary>Answers events of some kinds. One class for each service that sends events.</summary>
/// <remarks>Thread-safe: several invocations may run at a time.</remarks>
internal interface IEventRoute
{
    /// <summary>Gets what is mapped, for the message about an event that nothing handles.</summary>
    string Description { get; }

    /// <summary>Tells whether events of a kind are for this route.</summary>
    bool CanHandle(EventKind kind);

    /// <summary>Resolves what the route needs, once, while the function initialises.</summary>
    /// <param name="services">The function's services.</param>
    /// <param name="failures">Takes what is wrong; everything is reported together.</param>
    void Prepare(FunctionServices services, ICollection<string> failures);

    /// <summary>Tells whether an event need not wait for the models that still load, since it asks nothing of them.</summary>
    /// <exception cref="InvalidInputException">It is no event of its kind.</exception>
    bool CanAnswerWithoutModels(Invocation invocation) => false;

    /// <summary>Answers an event into <see cref="Invocation.Response"/>.</summary>
    ValueTask HandleAsync(Invocation invocation, EventKind kind, CancellationToken cancellationToken);

    /// <summary>
    /// Gives an event that asks nothing of a model or of the application where <see cref="Invocation.Rehearsal"/> is set, to have the way
    /// of an event compiled while models load.
    /// </summary>
    /// <returns>The event, UTF-8 JSON; <see langword="null"/> where there is none.</returns>
    byte[]? CreateHarmlessEvent() => null;

    /// <summary>Answers a failed event in the event's own way, where it has one, such as an HTTP status.</summary>
    /// <returns>Whether it has; if not, the invocation fails.</returns>
    bool TryAnswerFailure(Invocation invocation, EventKind kind, Failure failure) => false;
}
