namespace ServerlessInference.Docs.Tests.Given;

/// <summary>What EventBridge sends at a schedule.</summary>
/// <param name="Time">When it was due.</param>
public sealed record ScheduledEvent(DateTimeOffset Time);
