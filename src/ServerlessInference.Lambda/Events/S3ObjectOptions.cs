namespace ServerlessInference.Lambda.Events;

/// <summary>Options of events about new objects in S3.</summary>
public sealed class S3ObjectOptions
{
    /// <summary>
    /// Gets the objects for which notifications are configured: <c>s3://photos</c>, <c>s3://photos/incoming/</c>,
    /// <c>s3://photos/incoming/*.jpg</c>.
    /// </summary>
    /// <value>
    /// Empty, the default, takes all objects. If sources are named, other objects are refused, several models can share a function, and
    /// results may be written to the bucket of the objects, provided that no result is such an object.
    /// </value>
    public IList<string> Sources { get; } = [];

    /// <summary>Gets or sets the maximum size of an object. A larger object is refused without being read.</summary>
    /// <value>In bytes, up to 2 GiB. The default is 20 MiB.</value>
    public long MaxBytes { get; set; } = 20 * 1024 * 1024;

    /// <summary>
    /// Gets or sets a value indicating whether an invalid object (missing, too large, not an image) is written to the sink as an error and
    /// then skipped.
    /// </summary>
    /// <value>
    /// <see langword="null"/>, the default, means <see langword="true"/> for events that arrive directly, through SNS or through
    /// EventBridge, because Lambda would only repeat them, and <see langword="false"/> for those in SQS, whose redrive policy handles
    /// failures. Without a sink (<c>ToNothing</c>) the object is always reported as failed.
    /// </value>
    public bool? SkipInvalidRecords { get; set; }
}
