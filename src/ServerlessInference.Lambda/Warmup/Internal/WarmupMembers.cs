using System.Text.Json;

namespace ServerlessInference.Lambda.Warmup;

/// <summary>The members of an event that concern a warm-up. A member of an unexpected type counts as absent.</summary>
/// <remarks>
/// <para>Members are fields rather than properties, because each accessor would be one more method to compile before the first answer.</para>
/// <para>What is to be warmed up is read from the top level, where an input of a schedule's author puts it, and from the <c>detail</c> of
/// EventBridge's scheduled events. The <c>detail</c> of other events belongs to the application.</para>
/// </remarks>
internal struct WarmupMembers
{
    private const int MaxConcurrency = 1000;

    /// <summary>Whether EventBridge sent the event: a rule or the Scheduler.</summary>
    public bool FromAws;

    public bool FromScheduler;

    public bool FromPlugin;

    public bool IsScheduled;

    public bool IsWarmer;

    public bool IsPing;

    /// <summary>The number of environments that the sender wants to be warm; 0 if the event does not say.</summary>
    public int Concurrency;

    /// <summary>The model that the event names: a registered name, or a URI.</summary>
    public string? Name;

    public string? Bucket;

    public string? Path;

    private string? _detailName;
    private string? _detailBucket;
    private string? _detailPath;

    /// <summary>Gets the registered model that the event names.</summary>
    public readonly string? Model => IsUri(Name) ? null : Name;

    /// <summary>Gets the URI of the model that the event names by bucket and path, or as a URI.</summary>
    public readonly string? Location =>
        Bucket is { Length: > 0 } bucket && Path is not null ? $"s3://{bucket}/{Path.TrimStart('/')}"
        : IsUri(Name) ? Name
        : null;

    /// <summary>Reads an event.</summary>
    /// <returns>Whether it is a JSON object.</returns>
    /// <exception cref="JsonException">It is not JSON.</exception>
    /// <exception cref="InvalidOperationException">It contains invalid text, such as a lone surrogate.</exception>
    public bool TryReadAll(ReadOnlySpan<byte> payload)
    {
        var reader = new Utf8JsonReader(payload);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            return false;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (!TryReadMark(ref reader))
            {
                ReadTarget(ref reader);
            }

            reader.Skip();
        }

        if (FromAws && IsScheduled)
        {
            Name ??= _detailName;
            if (Bucket is null && Path is null)
            {
                (Bucket, Path) = (_detailBucket, _detailPath);
            }
        }

        return true;
    }

    /// <summary>Reads a member by which a sender marks its warm-ups. The reader is then at the member's value.</summary>
    private bool TryReadMark(ref Utf8JsonReader reader)
    {
        if (reader.ValueTextEquals("source"u8))
        {
            reader.Read();
            if (reader.TokenType == JsonTokenType.String)
            {
                FromScheduler = reader.ValueTextEquals("aws.scheduler"u8);
                FromAws = FromScheduler || reader.ValueTextEquals("aws.events"u8);
                FromPlugin = reader.ValueTextEquals("serverless-plugin-warmup"u8);
            }
        }
        else if (reader.ValueTextEquals("detail-type"u8))
        {
            reader.Read();
            IsScheduled = reader.TokenType == JsonTokenType.String && reader.ValueTextEquals("Scheduled Event"u8);
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
        else
        {
            return false;
        }

        return true;
    }

    /// <summary>Reads a member that says what is to be warmed up, if the member is one of those.</summary>
    private void ReadTarget(ref Utf8JsonReader reader)
    {
        if (reader.ValueTextEquals("concurrency"u8))
        {
            reader.Read();
            Concurrency = reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out int wanted)
                ? Math.Clamp(wanted, 1, MaxConcurrency)
                : 1;
        }
        else if (reader.ValueTextEquals("model"u8))
        {
            Name = ReadString(ref reader);
        }
        else if (reader.ValueTextEquals("bucket"u8))
        {
            Bucket = ReadString(ref reader);
        }
        else if (reader.ValueTextEquals("path"u8) || reader.ValueTextEquals("key"u8) || reader.ValueTextEquals("prefix"u8))
        {
            Path = ReadString(ref reader) ?? Path;
        }
        else if (reader.ValueTextEquals("detail"u8))
        {
            ReadDetail(ref reader);
        }
    }

    /// <summary>Reads what an event's <c>detail</c> says. The reader is at the end of the detail afterwards.</summary>
    private void ReadDetail(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            return;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("model"u8))
            {
                _detailName = ReadString(ref reader);
            }
            else if (reader.ValueTextEquals("bucket"u8))
            {
                _detailBucket = ReadString(ref reader);
            }
            else if (reader.ValueTextEquals("path"u8) || reader.ValueTextEquals("key"u8) || reader.ValueTextEquals("prefix"u8))
            {
                _detailPath = ReadString(ref reader) ?? _detailPath;
            }

            reader.Skip();
        }
    }

    private static string? ReadString(ref Utf8JsonReader reader)
    {
        reader.Read();
        return reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
    }

    private static bool IsUri(string? model) => model?.Contains("://", StringComparison.Ordinal) == true;
}
