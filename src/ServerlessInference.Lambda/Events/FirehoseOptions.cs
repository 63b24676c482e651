using ServerlessInference.Lambda.Events.Records;

namespace ServerlessInference.Lambda.Events;

/// <summary>Options of records that a Firehose stream transforms with the function.</summary>
public sealed class FirehoseOptions
{
    /// <summary>Gets or sets the name or the ARN of the Firehose stream. It is needed only if several streams are mapped.</summary>
    /// <value><see langword="null"/>, the default, maps every stream.</value>
    public string? Source { get; set; }

    /// <summary>Gets or sets a value indicating whether a record with an invalid input is dropped.</summary>
    /// <value>
    /// The default is <see langword="false"/>: Firehose delivers the record to the error prefix of its destination
    /// (<c>ProcessingFailed</c>). With <see langword="true"/> the record is not delivered at all (<c>Dropped</c>).
    /// </value>
    public bool SkipInvalidRecords { get; set; }

    /// <summary>Gets or sets the maximum size of a record that is compressed with gzip after it was decompressed.</summary>
    /// <value>In bytes, up to 512 MiB. The default is 20 MiB.</value>
    public int MaxInflatedBytes { get; set; } = StreamRules.DefaultMaxInflatedBytes;
}
