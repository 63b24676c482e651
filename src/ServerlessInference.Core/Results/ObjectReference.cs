namespace ServerlessInference.Results;

/// <summary>An object of a bucket, in one of its versions.</summary>
/// <param name="Bucket">The bucket: a name, or the ARN of an access point.</param>
/// <param name="Key">The key as it is, not encoded.</param>
/// <param name="VersionId">The version; <see langword="null"/> for the newest, or where the bucket keeps no versions.</param>
/// <remarks>Immutable.</remarks>
public sealed record ObjectReference(string Bucket, string Key, string? VersionId = null)
{
    /// <summary>Gets the entity tag without its quotes, which tells contents apart where there are no versions; may be <see langword="null"/>.</summary>
    public string? EntityTag { get; init; }

    /// <summary>Gets the size in bytes, as far as it is known.</summary>
    public long? Size { get; init; }

    /// <summary>Gets what orders the events of one key (hexadecimal, as Amazon S3 sends it); may be <see langword="null"/>.</summary>
    public string? Sequencer { get; init; }

    /// <summary>Gets what tells this content of the key from others: the version, else the entity tag, else nothing.</summary>
    public string Version => VersionId ?? EntityTag ?? string.Empty;

    /// <summary>Writes the object's address.</summary>
    /// <returns><c>s3://bucket/key</c>, with the version where there is one.</returns>
    public override string ToString() => $"s3://{Bucket}/{Key}{(VersionId is null ? string.Empty : "?versionId=" + VersionId)}";
}
