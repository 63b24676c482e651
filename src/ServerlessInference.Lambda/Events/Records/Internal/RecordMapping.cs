using ServerlessInference.Results;

namespace ServerlessInference.Lambda;

/// <summary>What answers the records of a queue or stream, or of all of its kind.</summary>
/// <param name="Method">The builder's method, for messages.</param>
/// <param name="Model">The model.</param>
/// <param name="Source">The queue's or stream's name or ARN; <see langword="null"/> for any.</param>
/// <param name="Target">Where results go.</param>
/// <param name="Rules">How records are treated.</param>
/// <param name="Read">Reads a batch.</param>
internal sealed record RecordMapping(
    string Method, string Model, string? Source, ResultTarget Target, RecordRules Rules, Func<ReadOnlyMemory<byte>, List<BatchRecord>> Read)
{
    public RecordProcessor? Processor { get; set; }

    public string Description => Source is null ? $"model '{Model}'" : $"model '{Model}' for '{Source}'";

    public bool Takes(string origin) => Source is null || Source == origin || TemplateName(origin) == Source;

    // "…:queue", "…:stream/NAME", "…:table/NAME/stream/DATE"
    private static string TemplateName(string origin)
    {
        string resource = origin.Split(':', 6) is [_, _, _, _, _, var last] ? last : origin;
        string[] segments = resource.Split('/');
        return segments.Length > 1 ? segments[1] : resource;
    }
}
