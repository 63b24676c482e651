using ServerlessInference.Models;

namespace ServerlessInference.Lambda;

/// <summary>Records whether the function has begun to answer events. Thread-safe.</summary>
internal sealed class FunctionPhase : IHostState
{
    private volatile bool _answersEvents;

    /// <inheritdoc/>
    public bool AnswersEvents => _answersEvents;

    public void Begin() => _answersEvents = true;
}
