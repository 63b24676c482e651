namespace ServerlessInference.Results;

/// <summary>What became of one record of an event.</summary>
/// <param name="Origin">Where the record came from: a queue's or a stream's ARN, <c>s3://bucket</c>, <c>http</c>, <c>direct</c>.</param>
/// <param name="Id">What identifies it there: a message id, a sequence number, a key, a request's id.</param>
/// <param name="Result">The model that was asked, how long it took, and the error where there is no answer.</param>
/// <param name="Json">The answer as one JSON value in UTF-8, valid during the call; empty where there is none.</param>
public sealed record SinkRecord(string Origin, string Id, InferenceResult Result, ReadOnlyMemory<byte> Json)
{
    /// <summary>Gets the object that was the input; <see langword="null"/> where the input came inside the event.</summary>
    public ObjectReference? SourceObject { get; init; }

    /// <summary>Gets when the record came into being, as its service says, so that a second delivery has the same time; else when it was received.</summary>
    public DateTimeOffset Time { get; init; } = DateTimeOffset.UnixEpoch;
}
