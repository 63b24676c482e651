using System.Text.Json;

namespace ServerlessInference.Lambda;

/// <summary>What an event's top level says about a warm-up. Members of other types than expected count as absent.</summary>
internal struct WarmupMembers
{
    private const int MostEnvironments = 1000;

    private string? _bucket;
    private string? _path;
    private string? _model;

    /// <summary>Whether EventBridge names itself as the source: a rule or the Scheduler.</summary>
    public bool FromAws { get; private set; }

    public bool FromScheduler { get; private set; }

    public bool FromPlugin { get; private set; }

    public bool IsScheduled { get; private set; }

    public bool IsWarmer { get; private set; }

    public bool IsPing { get; private set; }

    /// <summary>How many environments are wanted; 0 where the event does not say.</summary>
    public int Concurrency { get; private set; }

    /// <summary>The registered model that the event names.</summary>
    public readonly string? Model => IsUri(_model) ? null : _model;

    /// <summary>The URI of the model that the event names by bucket and path, or as a whole.</summary>
    public readonly string? Location =>
        _bucket is { Length: > 0 } bucket && _path is not null ? $"s3://{bucket}/{_path.TrimStart('/')}"
        : IsUri(_model) ? _model
        : null;

    /// <summary>Reads an event.</summary>
    /// <returns>Whether it is a JSON object.</returns>
    /// <exception cref="JsonException">It is no JSON.</exception>
    public bool TryReadAll(ReadOnlySpan<byte> payload)
    {
        var reader = new Utf8JsonReader(payload);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            return false;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            ReadMember(ref reader);
            reader.Skip();
        }

        return true;
    }

    private void ReadMember(ref Utf8JsonReader reader)
    {
        if (reader.ValueTextEquals("source"u8))
        {
            if (IsText(ref reader))
            {
                FromScheduler = reader.ValueTextEquals("aws.scheduler"u8);
                FromAws = FromScheduler || reader.ValueTextEquals("aws.events"u8);
                FromPlugin = reader.ValueTextEquals("serverless-plugin-warmup"u8);
            }
        }
        else if (reader.ValueTextEquals("detail-type"u8))
        {
            IsScheduled = IsText(ref reader) && reader.ValueTextEquals("Scheduled Event"u8);
        }
        else if (reader.ValueTextEquals("warmer"u8))
        {
            reader.Read();
            IsWarmer = reader.TokenType == JsonTokenType.True;
        }
        else if (reader.ValueTextEquals("ping"u8) || reader.ValueTextEquals("warmup"u8))
        {
            reader.Read();
            IsPing |= reader.TokenType == JsonTokenType.True;
        }
        else if (reader.ValueTextEquals("concurrency"u8))
        {
            reader.Read();
            Concurrency = reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out int wanted) ? Math.Clamp(wanted, 1, MostEnvironments) : 1;
        }
        else if (reader.ValueTextEquals("model"u8))
        {
            _model = IsText(ref reader) ? reader.GetString() : null;
        }
        else if (reader.ValueTextEquals("bucket"u8))
        {
            _bucket = IsText(ref reader) ? reader.GetString() : null;
        }
        else if (reader.ValueTextEquals("path"u8) || reader.ValueTextEquals("key"u8) || reader.ValueTextEquals("prefix"u8))
        {
            _path = IsText(ref reader) ? reader.GetString() : _path;
        }
    }

    private static bool IsText(ref Utf8JsonReader reader) => reader.Read() && reader.TokenType == JsonTokenType.String;

    private static bool IsUri(string? model) => model?.Contains("://", StringComparison.Ordinal) == true;
}
