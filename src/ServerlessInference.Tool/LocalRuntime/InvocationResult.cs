namespace ServerlessInference.Tool.LocalRuntime;

/// <summary>A finished invocation with its timings.</summary>
/// <param name="RequestId">The id of the request.</param>
/// <param name="Outcome">The response or the error.</param>
/// <param name="Duration">From the hand-over of the event (or, if the init was repeated, from the process start) to the answer.</param>
/// <param name="Start">The process start that this invocation needed; null for a warm invocation.</param>
internal sealed record InvocationResult(string RequestId, InvocationOutcome Outcome, TimeSpan Duration, ColdStart? Start);
