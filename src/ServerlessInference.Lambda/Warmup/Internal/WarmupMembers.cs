using System.Text.Json;

namespace ServerlessInference.Lambda.Warmup;

/// <summary>The members of an event that concern a warm-up. A member of an unexpected type counts as absent.</summary>
/// <remarks>
/// <para>Members are fields rather than properties, because each accessor would be one more method to compile before the first
/// answer.</para>
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

    /// <summary>Whether lambda-warmer sent the event as one of several calls, each of which is to reach another environment.</summary>
    public bool IsFanOut;

    /// <summary>The number of other functions that lambda-warmer asks the receiver to warm up.</summary>
    public int OtherFunctions;

    private bool _hasTarget;
    private string? _detailName;
    private string? _detailBucket;
    private string? _detailPath;
    private int _detailConcurrency;

    /// <summary>The model that the event names: a registered name, or a URI.</summary>
    public string? Name;

    public string? Bucket;

    public string? Path;

    /// <summary>Gets the registered model that the event names.</summary>
    public readonly string? Model => IsUri(Name) ? null : Name;

    /// <summary>Gets the URI of the model that the event names by bucket and path, or as a URI.</summary>
    public readonly string? Location =>
        Bucket is { Length: > 0 } bucket && Path is not null ? $"s3://{bucket}/{Path.TrimStart('/')}"
        : IsUri(Name) ? Name
        : null;

    /// <summary>Reads an event.</summary>
    /// <returns>Whether it is a JSON object, or a list of lambda-warmer's objects.</returns>
    /// <exception cref="JsonException">It is not JSON.</exception>
    /// <exception cref="InvalidOperationException">It contains invalid text, such as a lone surrogate.</exception>
    public bool TryReadAll(ReadOnlySpan<byte> payload)
    {
        var reader = new Utf8JsonReader(payload);
        if (!reader.Read())
        {
            return false;
        }

        if (reader.TokenType == JsonTokenType.StartArray)
        {
            return TryReadList(ref reader);
        }

        if (reader.TokenType != JsonTokenType.StartObject)
        {
            return false;
        }

        ReadMembers(ref reader);
        return true;
    }

    /// <summary>Reads lambda-warmer's list: an object for this function, and objects with a target for others.</summary>
    private bool TryReadList(ref Utf8JsonReader reader)
    {
        var own = default(WarmupMembers);
        int others = 0;
        while (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
        {
            var read = default(WarmupMembers);
            read.ReadMembers(ref reader);
            if (!read.IsWarmer)
            {
                return false;
            }

            others += read._hasTarget ? 1 : 0;
            own = read._hasTarget ? own : read;
        }

        this = own;
        IsWarmer = own.IsWarmer || others > 0;
        OtherFunctions = others;
        return IsWarmer && reader.TokenType == JsonTokenType.EndArray;
    }

    private void ReadMembers(ref Utf8JsonReader reader)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("detail"u8))
            {
                reader.Read();
                ReadDetail(ref reader);
            }
            else if (!TryReadMark(ref reader))
            {
                ReadTarget(ref reader);
            }

            reader.Skip();
        }

        // The detail of any other event belongs to its sender, who may use the same names for something else.
        if (FromAws && IsScheduled)
        {
            Name ??= _detailName;
            if (Bucket is null && Path is null)
            {
                (Bucket, Path) = (_detailBucket, _detailPath);
            }

            Concurrency = Math.Max(Concurrency, _detailConcurrency);
        }
    }

    /// <summary>Reads what the author of an EventBridge rule has added, which EventBridge puts into the event's detail.</summary>
    private void ReadDetail(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            return;
        }

        var detail = default(WarmupMembers);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            detail.ReadTarget(ref reader);
            reader.Skip();
        }

        (_detailName, _detailBucket, _detailPath, _detailConcurrency) = (detail.Name, detail.Bucket, detail.Path, detail.Concurrency);
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
            IsWarmer = reader.TokenType == JsonTokenType.True
                || (reader.TokenType == JsonTokenType.String && reader.ValueTextEquals("true"u8));
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
            ReadConcurrency(ref reader);
        }
        else if (reader.ValueTextEquals("__WARMER_CONCURRENCY__"u8))
        {
            IsFanOut = true;
            ReadConcurrency(ref reader);
        }
        else if (reader.ValueTextEquals("target"u8))
        {
            _hasTarget = true;
            reader.Read();
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
    }

    // lambda-warmer accepts the number as a text as well.
    private void ReadConcurrency(ref Utf8JsonReader reader)
    {
        reader.Read();
        int wanted = 1;
        bool isNumber = reader.TokenType == JsonTokenType.Number
            ? reader.TryGetInt32(out wanted)
            : reader.TokenType == JsonTokenType.String && int.TryParse(reader.GetString(), out wanted);
        Concurrency = isNumber ? Math.Clamp(wanted, 1, MaxConcurrency) : 1;
    }

    private static string? ReadString(ref Utf8JsonReader reader)
    {
        reader.Read();
        return reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
    }

    private static bool IsUri(string? model) => model?.Contains("://", StringComparison.Ordinal) == true;
}
