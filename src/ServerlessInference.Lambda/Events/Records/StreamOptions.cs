namespace ServerlessInference.Lambda;

/// <summary>How records of a stream are treated.</summary>
public sealed class StreamOptions
{
    /// <summary>Gets or sets a value indicating whether a record whose input can never be used is written to the sink as an error and passed over.</summary>
    /// <value>
    /// The default is <see langword="true"/>: delivered again it would fail again, and block its shard until it expires. With
    /// <see langword="false"/> it is reported as failed, for an event source mapping that bisects batches and has a destination for failures.
    /// </value>
    public bool PassOverUnusable { get; set; } = true;
}
