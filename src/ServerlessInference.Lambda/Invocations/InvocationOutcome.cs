namespace ServerlessInference.Lambda.Invocations;

/// <summary>How an invocation ended.</summary>
/// <param name="Trigger">
/// What called the function, in the terms of OpenTelemetry's attribute <c>faas.trigger</c>: <c>http</c>, <c>pubsub</c> (SQS, SNS,
/// EventBridge, Kinesis), <c>datasource</c> (S3, DynamoDB), <c>timer</c> (a warm-up or a schedule), or <c>other</c>. Source: the semantic
/// conventions for function-as-a-service spans.
/// </param>
/// <param name="ErrorType">
/// The name of the error if the function failed; <see langword="null"/> if it answered, and also if it refused an invalid input.
/// </param>
/// <param name="IsWarmup">Whether the event was a warm-up.</param>
public readonly record struct InvocationOutcome(string Trigger, string? ErrorType, bool IsWarmup);
