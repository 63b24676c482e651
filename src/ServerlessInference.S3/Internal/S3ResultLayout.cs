using ServerlessInference.Results;

namespace ServerlessInference.S3;

/// <summary>The validated settings of a sink: the destination and the form of results.</summary>
internal sealed class S3ResultLayout
{
    private const string Scheme = "s3://";

    /// <summary>The limit of S3 (Amazon S3 User Guide, "Creating object key names").</summary>
    private const int MaxKeyBytes = 1024;

    private const int MaxParallelism = 64;

    /// <summary>The placeholders whose value differs between records; a template needs one of them.</summary>
    private static readonly string[] UniquePlaceholders = ["key", "name", "stem", "id", "uuid"];

    private readonly ResultTemplate _bucket;
    private readonly ResultTemplate _key;
    private readonly List<(string Name, ResultTemplate Value)> _metadata = [];

    private S3ResultLayout(ResultTemplate bucket, ResultTemplate key, S3ResultOptions options)
    {
        _bucket = bucket;
        _key = key;
        Options = options;
        ContentType = options.ContentType ?? (options.JsonLines ? "application/x-ndjson" : "application/json");
        foreach ((string name, string value) in options.Metadata)
        {
            _metadata.Add((name, ResultTemplate.Parse(value)));
        }
    }

    public S3ResultOptions Options { get; }

    public string ContentType { get; }

    /// <summary>Gets the objects that results may be written to; without a bucket if that is the bucket of the input.</summary>
    public ObjectPattern Target =>
        new(_bucket.Has("bucket") || _bucket.Has("origin") ? null : _bucket.ToString(), _key.Prefix, _key.Suffix);

    public static S3ResultLayout Create(string template, S3ResultOptions options)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(template);
        string rest = template.StartsWith(Scheme, StringComparison.Ordinal) ? template[Scheme.Length..] : string.Empty;
        int slash = rest.IndexOf('/', StringComparison.Ordinal);
        if (slash <= 0 || slash == rest.Length - 1)
        {
            throw new ArgumentException(
                $"'{template}' is not an S3 URI for results; a valid one is s3://bucket/{{key}}.json.", nameof(template));
        }

        var layout = new S3ResultLayout(ResultTemplate.Parse(rest[..slash]), ResultTemplate.Parse(rest[(slash + 1)..]), options);
        if (options.JsonLines && !layout._key.Has("batch"))
        {
            throw new ArgumentException(
                $"'{template}' names the same object for every batch, so each batch would overwrite the previous one. " +
                "Put {batch} into the key.",
                nameof(template));
        }

        if (!options.JsonLines && !Array.Exists(UniquePlaceholders, layout._key.Has))
        {
            string placeholders = string.Join(", ", UniquePlaceholders.Select(name => $"{{{name}}}"));
            throw new ArgumentException(
                $"'{template}' names the same object for every record, so each record would overwrite the previous one. " +
                $"Put one of {placeholders} into the key.",
                nameof(template));
        }

        if (options.Parallelism is < 1 or > MaxParallelism)
        {
            throw new ArgumentException(
                $"Parallelism is {options.Parallelism}; it must be between 1 and {MaxParallelism}.", nameof(options));
        }

        return layout;
    }

    public ObjectReference Locate(SinkRecord record, string batch)
    {
        var destination = new ObjectReference(_bucket.Expand(record), _key.Expand(record, batch));
        int bytes = System.Text.Encoding.UTF8.GetByteCount(destination.Key);
        return bytes is > 0 and <= MaxKeyBytes
            ? destination
            : throw new InvalidOperationException(
                $"The result's key '{_key}' has {bytes} bytes for this record; S3 accepts 1 to {MaxKeyBytes}. " +
                "Use {uuid} instead of a long key.");
    }

    public IEnumerable<(string Name, string Value)> Metadata(SinkRecord record) =>
        _metadata.Select(entry => (entry.Name, Ascii(entry.Value.Expand(record))));

    // Metadata is sent in headers, which hold printable ASCII only.
    private static string Ascii(string text) =>
        text.All(character => character is >= ' ' and <= '~') ? text : Uri.EscapeDataString(text);
}
