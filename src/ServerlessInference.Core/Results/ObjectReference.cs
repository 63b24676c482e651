namespace ServerlessInference.Results;

/// <summary>A version of an object in a bucket.</summary>
/// <param name="Bucket">The bucket: a name, or the ARN of an access point.</param>
/// <param name="Key">The key, not URL-encoded.</param>
/// <param name="VersionId">The version; <see langword="null"/> for the newest one, or if the bucket has no versioning.</param>
/// <remarks>Immutable.</remarks>
public sealed record ObjectReference(string Bucket, string Key, string? VersionId = null)
{
    /// <summary>Gets the entity tag without quotes, which identifies the content in a bucket without versioning.</summary>
    /// <value>May be <see langword="null"/>.</value>
    public string? EntityTag { get; init; }

    /// <summary>Gets the size in bytes; <see langword="null"/> if it is not known.</summary>
    public long? Size { get; init; }

    /// <summary>Gets the sequencer, which orders the events of one key: a hexadecimal number, as sent by Amazon S3.</summary>
    /// <value>May be <see langword="null"/>.</value>
    public string? Sequencer { get; init; }

    /// <summary>Gets what identifies the content: the version id, else the entity tag, else an empty string.</summary>
    public string Version => VersionId ?? EntityTag ?? string.Empty;

    /// <summary>Formats the address of the object.</summary>
    /// <returns><c>s3://bucket/key</c>, with the version id if there is one.</returns>
    public override string ToString() => $"s3://{Bucket}/{Key}{(VersionId is null ? string.Empty : "?versionId=" + VersionId)}";
}
