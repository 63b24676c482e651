namespace ServerlessInference.Models;

/// <summary>The state of the host that runs an application, for sources and pointers whose services depend on it.</summary>
/// <remarks>
/// Optional: the Lambda host registers it, since some services inside a function's environment respond only after initialization. Other
/// programs need none. Implementations are thread-safe.
/// </remarks>
public interface IHostState
{
    /// <summary>Gets a value indicating whether the host has begun to answer events.</summary>
    /// <value><see langword="false"/> during initialization; <see langword="true"/> from the first event on.</value>
    bool AnswersEvents { get; }
}
