namespace ServerlessInference.Tool.LocalRuntime;

/// <summary>An invocation that was, or is about to be, handed to the function. Thread-safe.</summary>
internal sealed class Invocation(string requestId, InvocationRequest request, DateTimeOffset deadline)
{
    private readonly TaskCompletionSource<InvocationOutcome> _outcome = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _answering;

    /// <summary>The request's id.</summary>
    public string RequestId { get; } = requestId;

    /// <summary>The event and what came with it.</summary>
    public InvocationRequest Request { get; } = request;

    /// <summary>The point in time at which the environment stops the function.</summary>
    public DateTimeOffset Deadline { get; } = deadline;

    /// <summary>Completes with the answer, the function's or the platform's.</summary>
    public Task<InvocationOutcome> Outcome => _outcome.Task;

    /// <summary>Gets whether the function has begun to answer.</summary>
    public bool IsAnswering => Volatile.Read(ref _answering) != 0;

    /// <summary>Claims the one answer that the function may give; false where it has already begun one.</summary>
    public bool TryBeginAnswer() => Interlocked.Exchange(ref _answering, 1) == 0;

    /// <summary>Settles the outcome; false where it already was.</summary>
    public bool TryComplete(InvocationOutcome outcome) => _outcome.TrySetResult(outcome);
}
