namespace ServerlessInference.Results;

/// <summary>The outcome of one record of an event.</summary>
/// <param name="Origin">
/// Where the record comes from: the ARN of a queue or a stream, <c>s3://bucket</c>, <c>http</c>, <c>direct</c>.
/// </param>
/// <param name="Id">The id of the record at its origin: a message id, a sequence number, a key, or a request id.</param>
/// <param name="Result">The model, the timings, and the error if there is no answer.</param>
/// <param name="Json">The answer as one JSON value in UTF-8, valid only during the call; empty if there is no answer.</param>
public sealed record SinkRecord(string Origin, string Id, InferenceResult Result, ReadOnlyMemory<byte> Json)
{
    /// <summary>Gets the object that was the input; <see langword="null"/> if the event contained the input itself.</summary>
    public ObjectReference? SourceObject { get; init; }

    /// <summary>Gets when the record was created. If the event does not contain that time, it is the time of delivery.</summary>
    /// <remarks>The time of creation is the same if the record is redelivered; the time of delivery is not.</remarks>
    public DateTimeOffset Time { get; init; } = DateTimeOffset.UnixEpoch;
}
