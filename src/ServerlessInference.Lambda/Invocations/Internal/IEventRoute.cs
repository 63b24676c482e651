namespace ServerlessInference.Lambda.Invocations;

/// <summary>Answers events of one or several kinds. There is one implementation per service that sends events.</summary>
/// <remarks>Thread-safe: several invocations may run at the same time.</remarks>
internal interface IEventRoute
{
    /// <summary>Gets a description of what is mapped, for the error message about an event that no route handles.</summary>
    string Description { get; }

    /// <summary>Returns whether this route handles events of a kind.</summary>
    bool CanHandle(EventKind kind);

    /// <summary>Resolves the services that the route needs, once, during the function's initialization.</summary>
    /// <param name="services">The function's services.</param>
    /// <param name="failures">Receives a message for everything that is wrong; all of them are reported together.</param>
    void Prepare(FunctionServices services, ICollection<string> failures);

    /// <summary>Returns whether an event can be answered while models are still loading, because it does not use them.</summary>
    /// <exception cref="InvalidInputException">The event is not a valid event of its kind.</exception>
    bool CanAnswerWithoutModels(Invocation invocation) => false;

    /// <summary>Answers an event by writing to <see cref="Invocation.Response"/>.</summary>
    ValueTask HandleAsync(Invocation invocation, EventKind kind, CancellationToken cancellationToken);

    /// <summary>
    /// Creates an event for a dry run (<see cref="Invocation.IsDryRun"/>), which has the code of the request path compiled while the models
    /// load. In a dry run the event uses neither a loaded model nor code of the application.
    /// </summary>
    /// <returns>The event, UTF-8 JSON; <see langword="null"/> if the route has none.</returns>
    byte[]? CreateDryRunEvent() => null;

    /// <summary>Answers an event that failed in the format of its service, such as with an HTTP status, if the service has one.</summary>
    /// <returns>Whether the event was answered; if not, the invocation fails.</returns>
    bool TryAnswerFailure(Invocation invocation, EventKind kind, Failure failure) => false;
}
