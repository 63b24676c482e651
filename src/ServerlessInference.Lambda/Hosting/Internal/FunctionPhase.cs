namespace ServerlessInference.Lambda;

/// <summary>Knows whether the function has begun to answer events, which some of Lambda's services wait for. Thread-safe.</summary>
internal sealed class FunctionPhase
{
    private volatile bool _answersEvents;

    /// <summary>Gets a value indicating whether the first event has come.</summary>
    public bool AnswersEvents => _answersEvents;

    public void Begin() => _answersEvents = true;
}
