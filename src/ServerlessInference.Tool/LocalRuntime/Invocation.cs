namespace ServerlessInference.Tool.LocalRuntime;

/// <summary>An invocation that has been, or is about to be, handed to the function. Thread-safe.</summary>
internal sealed class Invocation(string requestId, InvocationRequest request, DateTimeOffset deadline)
{
    private readonly TaskCompletionSource<InvocationOutcome> _outcome = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _answering;

    /// <summary>Gets the id of the request.</summary>
    public string RequestId { get; } = requestId;

    /// <summary>Gets the request: the event and its context.</summary>
    public InvocationRequest Request { get; } = request;

    /// <summary>Gets the time at which the environment stops the function.</summary>
    public DateTimeOffset Deadline { get; } = deadline;

    /// <summary>Completes with the answer of the function, or with an error of the platform.</summary>
    public Task<InvocationOutcome> Outcome => _outcome.Task;

    /// <summary>Gets a value indicating whether the function has begun to answer.</summary>
    public bool IsAnswering => Volatile.Read(ref _answering) != 0;

    /// <summary>Claims the only answer that the function may give; returns false if it has already begun one.</summary>
    public bool TryBeginAnswer() => Interlocked.Exchange(ref _answering, 1) == 0;

    /// <summary>Sets the outcome; returns false if it was already set.</summary>
    public bool TryComplete(InvocationOutcome outcome) => _outcome.TrySetResult(outcome);
}
