using ServerlessInference.Lambda.Events.Records;

namespace ServerlessInference.Lambda.Events;

/// <summary>Options of records of a stream.</summary>
public sealed class StreamOptions
{
    /// <summary>Gets or sets the name or the ARN of the stream or table. It is needed only if several are mapped.</summary>
    /// <value><see langword="null"/>, the default, maps every stream.</value>
    public string? Source { get; set; }

    /// <summary>Gets or sets the attribute that contains the input, if the records are changes of a DynamoDB table.</summary>
    /// <value>
    /// An attribute of the type <c>S</c> (read as UTF-8) or <c>B</c>, or of another type, which is read as JSON: a number, a list, a map.
    /// Removals are skipped. <c>MapDynamoDbStream</c> requires it, or <see cref="Attributes"/>. For <c>MapKinesis</c>,
    /// <see langword="null"/>, the default, takes a record's data as the input; an attribute is for a Kinesis stream that receives the
    /// changes of a table (Kinesis Data Streams for DynamoDB).
    /// </value>
    public string? Attribute { get; set; }

    /// <summary>
    /// Gets the attributes of which the input is made, if it is a row of a table: a JSON object with these members, such as
    /// <c>{"age":42,"income":3100.5}</c>.
    /// </summary>
    /// <value>Empty, the default, if <see cref="Attribute"/> contains the whole input. Attributes that an item lacks are left out.</value>
    public IList<string> Attributes { get; } = [];

    /// <summary>
    /// Gets or sets a value indicating whether results of records with the same key are written strictly in the order of the records.
    /// </summary>
    /// <value>
    /// The default is <see langword="false"/>: sinks write several results at the same time. <see langword="true"/> is for results that
    /// replace each other, such as a copy of a table's newest state.
    /// </value>
    public bool OrderedWrites { get; set; }

    /// <summary>Gets or sets the maximum size of data that is compressed with gzip after it was decompressed.</summary>
    /// <value>In bytes, up to 512 MiB. The default is 20 MiB.</value>
    public int MaxInflatedBytes { get; set; } = StreamRules.DefaultMaxInflatedBytes;

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

    /// <summary>Gets a value indicating whether the records are changes of a table.</summary>
    internal bool ReadsChanges => Attribute is { Length: > 0 } || Attributes.Count > 0;
}
