using ServerlessInference.Lambda.Events.Inputs;

namespace ServerlessInference.Lambda.Events.Records;

/// <summary>The parts of one record of a batch that the function needs.</summary>
/// <param name="Origin">The ARN of the queue, topic or stream, the source of an event, or the bucket.</param>
/// <param name="Id">The identifier with which a failure is reported to Lambda. Objects of the same message share it.</param>
/// <param name="Group">The message group, within which the order is kept; <see langword="null"/> for none.</param>
/// <param name="Input">The input's bytes, or a reference to them.</param>
/// <param name="Error">The reason why there is no valid input; <see langword="null"/> if there is one.</param>
internal sealed record BatchRecord(string Origin, string Id, string? Group, RecordInput Input, InvalidInputException? Error)
{
    /// <summary>Gets the time at which the record was created, according to its service.</summary>
    public DateTimeOffset? Time { get; init; }

    /// <summary>Gets the ID for the sink, if several records share the one with which a failure is reported.</summary>
    public string SinkId { get => field ?? Id; init; }

    /// <summary>
    /// Gets the key of a stream's record, within which writes can be ordered; <see langword="null"/> if it has none.
    /// </summary>
    public string? Key { get; init; }

    /// <summary>Gets the position of a Kafka record in its partition, which is its group.</summary>
    public long Offset { get; init; }

    /// <summary>Gets the type of an event of EventBridge (<c>detail-type</c>).</summary>
    public string? DetailType { get; init; }
}
