namespace ServerlessInference.Docs.Tests.Given;

/// <summary>A scheduled event of EventBridge.</summary>
/// <param name="Time">When it was due.</param>
public sealed record ScheduledEvent(DateTimeOffset Time);
