namespace ServerlessInference.S3;

/// <summary>
/// How results are written to S3. Endpoint and path style come from the section <c>ServerlessInference:S3</c>, as for models.
/// </summary>
public sealed class S3ResultOptions
{
    /// <summary>Gets or sets the content type of the objects.</summary>
    /// <value><see langword="null"/>, the default, means <c>application/json</c>, or <c>application/x-ndjson</c> for JSON lines.</value>
    public string? ContentType { get; set; }

    /// <summary>
    /// Gets the metadata of the objects, in addition to what the sink writes itself (<c>source</c>, <c>sequencer</c>): names without
    /// <c>x-amz-meta-</c>, and templates of their values.
    /// </summary>
    public IDictionary<string, string> Metadata { get; } = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);

    /// <summary>Gets or sets a value indicating whether results that are written together become lines of one object.</summary>
    /// <value>
    /// The default is <see langword="false"/>: one object per result. With <see langword="true"/> the key's template must contain
    /// <c>{batch}</c>, so that no batch overwrites another. A redelivered batch may be split differently, and then a line may appear in two
    /// objects with the same <c>source</c>.
    /// </value>
    public bool JsonLines { get; set; }

    /// <summary>Gets or sets a value indicating whether an existing result is kept.</summary>
    /// <value>
    /// The default is <see langword="true"/>: a result of the same version of the input and of the same version of the model is not written
    /// again, and a late event about an older version of the input does not overwrite the result of a newer one. With
    /// <see langword="false"/> every delivery writes.
    /// </value>
    public bool WriteOnce { get; set; } = true;

    /// <summary>Gets or sets the region of the bucket, if it is not the function's own.</summary>
    /// <value>A name such as <c>eu-central-1</c>; the default is <see langword="null"/>.</value>
    public string? Region { get; set; }

    /// <summary>Gets or sets the AWS KMS key that encrypts the objects.</summary>
    /// <value>An id or an ARN; <see langword="null"/>, the default, uses the bucket's own settings.</value>
    public string? KmsKeyId { get; set; }

    /// <summary>Gets or sets how many objects are written at a time.</summary>
    /// <value>1 to 64. The default is 8.</value>
    public int Parallelism { get; set; } = 8;
}
