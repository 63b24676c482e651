using ServerlessInference.Shared;

namespace ServerlessInference.S3;

/// <summary>The parts of an <c>s3://</c> URI: <c>s3://bucket/key?versionId=…</c>, or <c>s3://bucket/folder/</c>.</summary>
/// <remarks>Immutable. Settings of the transfer follow a <c>#</c> (see <see cref="Models.Transfer.RemoteModelOptions"/>).</remarks>
public sealed record S3Uri
{
    private const string Scheme = "s3://";

    private S3Uri(string bucket, string key, string? versionId, string fragment)
    {
        Bucket = bucket;
        Key = key;
        VersionId = versionId;
        Fragment = fragment;
    }

    /// <summary>Gets the bucket: a name, or the ARN of an access point.</summary>
    public string Bucket { get; }

    /// <summary>Gets the key; it ends with <c>/</c>, or is empty, for a folder.</summary>
    public string Key { get; }

    /// <summary>Gets the version of the object; <see langword="null"/> for the newest.</summary>
    public string? VersionId { get; }

    /// <summary>Gets the settings after the <c>#</c>; may be empty.</summary>
    public string Fragment { get; }

    /// <summary>Gets a value indicating whether this is a folder: all objects whose keys begin with <see cref="Key"/>.</summary>
    public bool IsFolder => Key.Length == 0 || Key.EndsWith('/');

    /// <summary>Parses a URI.</summary>
    /// <param name="uri">
    /// The URI. Keys are written as they are, except for <c>?</c>, <c>#</c> and <c>%</c>, which need percent-encoding.
    /// </param>
    /// <returns>Its parts.</returns>
    /// <exception cref="ArgumentException">The text is not an S3 URI.</exception>
    public static S3Uri Parse(string uri)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(uri);
        if (!uri.StartsWith(Scheme, StringComparison.Ordinal))
        {
            throw new ArgumentException(
                $"'{PublicText.MaskUri(uri)}' is not an S3 URI; a valid one is s3://bucket/key or s3://bucket/folder/.", nameof(uri));
        }

        string rest = uri[Scheme.Length..];
        string fragment = Cut(ref rest, '#');
        string query = Cut(ref rest, '?');
        string key = Cut(ref rest, '/', arn: rest.StartsWith("arn:", StringComparison.Ordinal));
        if (rest.Length == 0)
        {
            throw new ArgumentException(
                $"'{PublicText.MaskUri(uri)}' has no bucket; a valid S3 URI is s3://bucket/key or s3://bucket/folder/.", nameof(uri));
        }

        var parsed = new S3Uri(rest, Uri.UnescapeDataString(key), ParseVersionId(uri, query), fragment);
        return parsed is { IsFolder: true, VersionId: not null }
            ? throw new ArgumentException(
                $"'{PublicText.MaskUri(uri)}' names a version of a folder; in S3 only objects have versions.", nameof(uri))
            : parsed;
    }

    /// <summary>Returns the URI without its settings.</summary>
    /// <returns>The URI.</returns>
    public override string ToString() => $"{Scheme}{Bucket}/{Key}{(VersionId is null ? string.Empty : "?versionId=" + VersionId)}";

    private static string? ParseVersionId(string uri, string query)
    {
        const string Name = "versionId=";
        return query.Length == 0 ? null
            : query.StartsWith(Name, StringComparison.Ordinal)
                && query.Length > Name.Length
                && !query.Contains('&', StringComparison.Ordinal)
                ? Uri.UnescapeDataString(query[Name.Length..])
                : throw new ArgumentException(
                    $"The query of '{PublicText.MaskUri(uri)}' is not supported; only ?versionId=… may follow the key.", nameof(uri));
    }

    // The ARN of an access point contains a slash that does not separate bucket and key: arn:aws:s3:region:account:accesspoint/name.
    private static string Cut(ref string text, char separator, bool arn = false)
    {
        int at = text.IndexOf(separator, StringComparison.Ordinal);
        if (arn && at >= 0)
        {
            at = text.IndexOf(separator, at + 1);
        }

        if (at < 0)
        {
            return string.Empty;
        }

        string after = text[(at + 1)..];
        text = text[..at];
        return after;
    }
}
