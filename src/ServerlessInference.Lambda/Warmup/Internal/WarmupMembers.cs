using System.Text.Json;

namespace ServerlessInference.Lambda;

/// <summary>What an event's top level says about a warm-up. Members of other types than expected count as absent.</summary>
/// <remarks>Fields, and one long method: all of it would be compiled on the way to the first answer.</remarks>
internal struct WarmupMembers
{
    private const int MostEnvironments = 1000;

    /// <summary>Whether EventBridge names itself as the source: a rule or the Scheduler.</summary>
    public bool FromAws;

    public bool FromScheduler;

    public bool FromPlugin;

    public bool IsScheduled;

    public bool IsWarmer;

    public bool IsPing;

    /// <summary>How many environments are wanted; 0 where the event does not say.</summary>
    public int Concurrency;

    /// <summary>The model that the event names: a registered name, or a URI.</summary>
    public string? Name;

    public string? Bucket;

    public string? Path;

    /// <summary>Gets the registered model that the event names.</summary>
    public readonly string? Model => IsUri(Name) ? null : Name;

    /// <summary>Gets the URI of the model that the event names by bucket and path, or as a whole.</summary>
    public readonly string? Location =>
        Bucket is { Length: > 0 } bucket && Path is not null ? $"s3://{bucket}/{Path.TrimStart('/')}"
        : IsUri(Name) ? Name
        : null;

    /// <summary>Reads an event.</summary>
    /// <returns>Whether it is a JSON object.</returns>
    /// <exception cref="JsonException">It is no JSON.</exception>
    /// <exception cref="InvalidOperationException">It holds text that is none, such as half of a surrogate pair.</exception>
    public bool TryReadAll(ReadOnlySpan<byte> payload)
    {
        var reader = new Utf8JsonReader(payload);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            return false;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
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
            else if (reader.ValueTextEquals("concurrency"u8))
            {
                reader.Read();
                Concurrency = reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out int wanted) ? Math.Clamp(wanted, 1, MostEnvironments) : 1;
            }
            else if (reader.ValueTextEquals("model"u8))
            {
                reader.Read();
                Name = reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
            }
            else if (reader.ValueTextEquals("bucket"u8))
            {
                reader.Read();
                Bucket = reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
            }
            else if (reader.ValueTextEquals("path"u8) || reader.ValueTextEquals("key"u8) || reader.ValueTextEquals("prefix"u8))
            {
                reader.Read();
                Path = reader.TokenType == JsonTokenType.String ? reader.GetString() : Path;
            }

            reader.Skip();
        }

        return true;
    }

    private static bool IsUri(string? model) => model?.Contains("://", StringComparison.Ordinal) == true;
}
