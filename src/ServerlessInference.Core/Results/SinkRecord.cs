namespace ServerlessInference.Results;

/// <summary>What became of one record of an event.</summary>
/// <param name="Origin">Where the record came from, such as a queue's or a stream's ARN.</param>
/// <param name="Id">What identifies it there: a message id, a sequence number.</param>
/// <param name="Result">The model that was asked, how long it took, and the error where there is no answer.</param>
/// <param name="Json">The answer as one JSON value in UTF-8, valid during the call; empty where there is none.</param>
public sealed record SinkRecord(string Origin, string Id, InferenceResult Result, ReadOnlyMemory<byte> Json);
