using ServerlessInference.Models;

namespace ServerlessInference.Lambda.Invocations;

/// <summary>Records whether the function has begun to answer events. Thread-safe.</summary>
internal sealed class InvocationState : IHostState
{
    private volatile bool _answersEvents;

    /// <inheritdoc/>
    public bool AnswersEvents => _answersEvents;

    public void Begin() => _answersEvents = true;
}
