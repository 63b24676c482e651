namespace ServerlessInference.Results;

/// <summary>Objects of a bucket whose keys begin and end in a certain way, as S3's notifications are filtered.</summary>
/// <param name="Bucket">The bucket; <see langword="null"/> for any.</param>
/// <param name="Prefix">How keys begin; may be empty.</param>
/// <param name="Suffix">How keys end; may be empty.</param>
/// <remarks>Immutable.</remarks>
public sealed record ObjectPattern(string? Bucket, string Prefix, string Suffix)
{
    private const string Scheme = "s3://";

    /// <summary>Reads a pattern.</summary>
    /// <param name="pattern"><c>s3://bucket</c>, <c>s3://bucket/prefix</c> or <c>s3://bucket/prefix*suffix</c>.</param>
    /// <returns>The pattern.</returns>
    /// <exception cref="ArgumentException">It is none.</exception>
    public static ObjectPattern Parse(string pattern)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(pattern);
        string rest = pattern.StartsWith(Scheme, StringComparison.Ordinal) ? pattern[Scheme.Length..] : string.Empty;
        int slash = rest.IndexOf('/', StringComparison.Ordinal);
        string bucket = slash < 0 ? rest : rest[..slash];
        string key = slash < 0 ? string.Empty : rest[(slash + 1)..];
        int star = key.IndexOf('*', StringComparison.Ordinal);
        if (bucket.Length == 0 || bucket.Contains('*', StringComparison.Ordinal) || (star >= 0 && key.IndexOf('*', star + 1) >= 0))
        {
            throw new ArgumentException($"'{pattern}' is no pattern of objects; one looks like s3://bucket/prefix*suffix, with one star at most and none in the bucket.", nameof(pattern));
        }

        return star < 0 ? new ObjectPattern(bucket, key, string.Empty) : new ObjectPattern(bucket, key[..star], key[(star + 1)..]);
    }

    /// <summary>Tells whether an object is one of these.</summary>
    /// <param name="item">The object.</param>
    /// <returns>Whether it is.</returns>
    public bool Matches(ObjectReference item)
    {
        ArgumentNullException.ThrowIfNull(item);
        return (Bucket is null || Bucket == item.Bucket)
            && item.Key.StartsWith(Prefix, StringComparison.Ordinal) && item.Key.EndsWith(Suffix, StringComparison.Ordinal);
    }

    /// <summary>Tells whether some object could be of both patterns.</summary>
    /// <param name="other">The other pattern.</param>
    /// <returns>Whether one could.</returns>
    public bool Overlaps(ObjectPattern other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return (Bucket is null || other.Bucket is null || Bucket == other.Bucket)
            && (Prefix.StartsWith(other.Prefix, StringComparison.Ordinal) || other.Prefix.StartsWith(Prefix, StringComparison.Ordinal))
            && (Suffix.EndsWith(other.Suffix, StringComparison.Ordinal) || other.Suffix.EndsWith(Suffix, StringComparison.Ordinal));
    }

    /// <summary>Writes the pattern as it is read.</summary>
    /// <returns>The pattern; a bucket that is not known is written as <c>{bucket}</c>.</returns>
    public override string ToString() => $"{Scheme}{Bucket ?? "{bucket}"}/{Prefix}*{Suffix}";
}
