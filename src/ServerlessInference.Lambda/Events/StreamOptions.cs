namespace ServerlessInference.Lambda.Events;

/// <summary>Options of records of a stream.</summary>
public sealed class StreamOptions
{
    /// <summary>Gets or sets the name or the ARN of the stream or table. It is needed only if several are mapped.</summary>
    /// <value><see langword="null"/>, the default, maps every stream.</value>
    public string? Source { get; set; }

    /// <summary>Gets or sets the attribute that contains the input, if the records are changes of a DynamoDB table.</summary>
    /// <value>
    /// An attribute of the type <c>S</c> (read as UTF-8) or <c>B</c>; removals are skipped. Required for <c>MapDynamoDbStream</c>. For
    /// <c>MapKinesis</c>, <see langword="null"/>, the default, takes a record's data as the input; an attribute is for a Kinesis stream
    /// that receives the changes of a table (Kinesis Data Streams for DynamoDB).
    /// </value>
    public string? Attribute { get; set; }

    /// <summary>
    /// Gets or sets a value indicating whether a record with an invalid input is written to the sink as an error and then skipped.
    /// </summary>
    /// <value>
    /// The default is <see langword="true"/>: a redelivered record would fail again, and block its shard until it expires. Without a sink
    /// (<c>ToNothing</c>) the record is reported as failed nevertheless, because its error would be lost otherwise. With
    /// <see langword="false"/> it is reported as failed, for an event source mapping that bisects batches and has a destination for
    /// failures.
    /// </value>
    public bool SkipInvalidRecords { get; set; } = true;
}
