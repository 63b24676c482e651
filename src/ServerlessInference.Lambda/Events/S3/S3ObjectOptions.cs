namespace ServerlessInference.Lambda;

/// <summary>How events about new objects of S3 are treated.</summary>
public sealed class S3ObjectOptions
{
    /// <summary>Gets the objects that the notifications are set up for: <c>s3://photos</c>, <c>s3://photos/incoming/</c>, <c>s3://photos/incoming/*.jpg</c>.</summary>
    /// <value>
    /// Where there are none, all objects. Named, other objects are refused, several models share a function, and results may go to the bucket that the objects are in, as long as
    /// none of them would be such an object.
    /// </value>
    public IList<string> Sources { get; } = [];

    /// <summary>Gets or sets the largest object that is read; a larger one is refused without being read.</summary>
    /// <value>In bytes, up to 2 GiB. The default is 20 MiB.</value>
    public long MaxBytes { get; set; } = 20 * 1024 * 1024;

    /// <summary>Gets or sets a value indicating whether an object that can never be answered (none, too large, no image) is written to the sink as an error and passed over.</summary>
    /// <value>
    /// <see langword="null"/>, the default, is <see langword="true"/> for events that come directly, by SNS or by EventBridge, which Lambda would only repeat, and
    /// <see langword="false"/> for those in SQS, whose redrive policy owns what fails. Without a sink (<c>ToNothing</c>) it is always reported.
    /// </value>
    public bool? PassOverUnusable { get; set; }
}
