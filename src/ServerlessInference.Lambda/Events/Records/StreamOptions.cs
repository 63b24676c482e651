namespace ServerlessInference.Lambda;

/// <summary>How records of a stream are treated.</summary>
public sealed class StreamOptions
{
    /// <summary>Gets or sets the stream or table, where several are mapped: its name or its ARN.</summary>
    /// <value><see langword="null"/>, the default, is any.</value>
    public string? Source { get; set; }

    /// <summary>Gets or sets the attribute that is the input, where a Kinesis stream has the changes of a DynamoDB table (Kinesis Data Streams for DynamoDB).</summary>
    /// <value><see langword="null"/>, the default, takes a record's data as the input. Removals are passed over. <c>MapDynamoDbStream</c> has an attribute of its own.</value>
    public string? Attribute { get; set; }

    /// <summary>Gets or sets a value indicating whether a record whose input can never be used is written to the sink as an error and passed over.</summary>
    /// <value>
    /// The default is <see langword="true"/>: delivered again it would fail again, and block its shard until it expires. Without a sink
    /// (<c>ToNothing</c>) it is reported all the same, since nobody would hear of it otherwise. With
    /// <see langword="false"/> it is reported as failed, for an event source mapping that bisects batches and has a destination for failures.
    /// </value>
    public bool PassOverUnusable { get; set; } = true;
}
