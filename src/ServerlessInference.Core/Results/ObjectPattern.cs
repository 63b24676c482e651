namespace ServerlessInference.Results;

/// <summary>A set of objects, defined by the prefix and the suffix of their keys, like the filter of an S3 notification.</summary>
/// <param name="Bucket">The bucket; <see langword="null"/> for any bucket.</param>
/// <param name="Prefix">The prefix of the keys; may be empty.</param>
/// <param name="Suffix">The suffix of the keys; may be empty.</param>
/// <remarks>Immutable.</remarks>
public sealed record ObjectPattern(string? Bucket, string Prefix, string Suffix)
{
    private const string Scheme = "s3://";

    /// <summary>Parses a pattern.</summary>
    /// <param name="pattern"><c>s3://bucket</c>, <c>s3://bucket/prefix</c> or <c>s3://bucket/prefix*suffix</c>.</param>
    /// <returns>The pattern.</returns>
    /// <exception cref="ArgumentException">The text is not a pattern of objects.</exception>
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
            throw new ArgumentException(
                $"'{pattern}' is not a pattern of objects. Use the form s3://bucket/prefix*suffix, with at most one star, and none in " +
                "the bucket.", nameof(pattern));
        }

        return star < 0 ? new ObjectPattern(bucket, key, string.Empty) : new ObjectPattern(bucket, key[..star], key[(star + 1)..]);
    }

    /// <summary>Determines whether an object matches the pattern.</summary>
    /// <param name="item">The object.</param>
    /// <returns>Whether it matches.</returns>
    public bool Matches(ObjectReference item)
    {
        ArgumentNullException.ThrowIfNull(item);
        return (Bucket is null || Bucket == item.Bucket)
            && item.Key.StartsWith(Prefix, StringComparison.Ordinal) && item.Key.EndsWith(Suffix, StringComparison.Ordinal);
    }

    /// <summary>Determines whether an object could match both patterns.</summary>
    /// <param name="other">The other pattern.</param>
    /// <returns>Whether an object could match both.</returns>
    public bool Overlaps(ObjectPattern other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return (Bucket is null || other.Bucket is null || Bucket == other.Bucket)
            && (Prefix.StartsWith(other.Prefix, StringComparison.Ordinal) || other.Prefix.StartsWith(Prefix, StringComparison.Ordinal))
            && (Suffix.EndsWith(other.Suffix, StringComparison.Ordinal) || other.Suffix.EndsWith(Suffix, StringComparison.Ordinal));
    }

    /// <summary>Formats the pattern in the form accepted by <see cref="Parse"/>.</summary>
    /// <returns>The pattern. If it has no bucket, the text contains <c>{bucket}</c> instead.</returns>
    public override string ToString() => $"{Scheme}{Bucket ?? "{bucket}"}/{Prefix}*{Suffix}";
}
