using ServerlessInference.Results;

namespace ServerlessInference.Lambda.Events.Records;

/// <summary>The model that answers the records of one queue or stream, or of all queues or streams of a kind.</summary>
/// <param name="Method">The builder's method, for messages.</param>
/// <param name="Model">The model.</param>
/// <param name="Source">The name or ARN of the queue or stream; <see langword="null"/> for any.</param>
/// <param name="Target">The target of the results.</param>
/// <param name="Rules">The rules for the records.</param>
/// <param name="Read">Reads a batch.</param>
internal sealed record RecordMapping(
    string Method, string Model, string? Source, ResultTarget Target, RecordRules Rules, Func<ReadOnlyMemory<byte>, List<BatchRecord>> Read)
{
    public RecordProcessor? Processor { get; set; }

    /// <summary>Gets the maximum size of decompressed data.</summary>
    public int MaxInflatedBytes { get; init; } = StreamRules.DefaultMaxInflatedBytes;

    /// <summary>Gets the type of the events of EventBridge (<c>detail-type</c>); <see langword="null"/> for any.</summary>
    public string? DetailType { get; init; }

    public string Description => (Source, DetailType) switch
    {
        (null, null) => $"model '{Model}'",
        ({ } source, null) => $"model '{Model}' for '{source}'",
        (null, { } type) => $"model '{Model}' for '{type}'",
        ({ } source, { } type) => $"model '{Model}' for '{type}' of '{source}'",
    };

    public bool Matches(BatchRecord record) =>
        (Source is null || Source == record.Origin || GetName(record.Origin) == Source)
        && (DetailType is null || DetailType == record.DetailType);

    /// <summary>Returns whether a record may belong to both of two mappings.</summary>
    public bool Overlaps(RecordMapping other) =>
        (Source == other.Source || Source is null || other.Source is null)
        && (DetailType == other.DetailType || DetailType is null || other.DetailType is null);

    private static string GetName(string origin)
    {
        // The last part of an ARN is "queue", "stream/NAME" or "table/NAME/stream/DATE".
        string resource = origin.Split(':', 6) is [_, _, _, _, _, var last] ? last : origin;
        string[] segments = resource.Split('/');
        return segments.Length > 1 ? segments[1] : resource;
    }
}
