using ServerlessInference.Lambda.Events.Records;

namespace ServerlessInference.Lambda.Events;

/// <summary>Options of records of a Kafka topic.</summary>
public sealed class KafkaOptions
{
    /// <summary>Gets or sets the name of the topic. It is needed only if several topics are mapped.</summary>
    /// <value><see langword="null"/>, the default, maps every topic.</value>
    public string? Source { get; set; }

    /// <summary>
    /// Gets or sets a value indicating whether a record with an invalid input is written to the sink as an error and then skipped.
    /// </summary>
    /// <value>
    /// The default is <see langword="true"/>: a redelivered record would fail again, and block its partition. Without a sink
    /// (<c>ToNothing</c>) the record is reported as failed nevertheless, because its error would be lost otherwise. With
    /// <see langword="false"/> it is reported as failed, for an event source mapping with a destination for failures.
    /// </value>
    public bool SkipInvalidRecords { get; set; } = true;

    /// <summary>
    /// Gets or sets a value indicating whether results of records with the same key are written strictly in the order of the records.
    /// </summary>
    /// <value>
    /// The default is <see langword="false"/>: sinks write several results at the same time. <see langword="true"/> is for results that
    /// replace each other, such as the newest state per key.
    /// </value>
    public bool OrderedWrites { get; set; }

    /// <summary>Gets or sets the maximum size of a value that is compressed with gzip after it was decompressed.</summary>
    /// <value>In bytes, up to 512 MiB. The default is 20 MiB.</value>
    public int MaxInflatedBytes { get; set; } = StreamRules.DefaultMaxInflatedBytes;

    /// <summary>
    /// Gets the inputs that a value may name instead of containing them: <c>{"s3":"s3://bucket/key"}</c>,
    /// <c>{"bucket":"…","key":"…"}</c>, <c>{"url":"https://…"}</c>, or the URI alone.
    /// </summary>
    public ReferenceOptions References => ReferencesOrNull ??= new ReferenceOptions();

    /// <summary>Gets the references, or <see langword="null"/> if the application has not configured any.</summary>
    internal ReferenceOptions? ReferencesOrNull { get; private set; }
}
