namespace ServerlessInference.Tool.LocalRuntime;

/// <summary>A finished invocation with its timings.</summary>
/// <param name="RequestId">The request's id.</param>
/// <param name="Outcome">Response or error.</param>
/// <param name="Duration">From the event's hand-over (or the process start, where the init was repeated) to the answer.</param>
/// <param name="Start">The process start that this invocation needed; null on a warm one.</param>
internal sealed record InvocationResult(string RequestId, InvocationOutcome Outcome, TimeSpan Duration, ColdStart? Start);
