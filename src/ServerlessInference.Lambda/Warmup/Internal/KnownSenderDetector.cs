using System.Text.Json;
using ServerlessInference.Warmup;

namespace ServerlessInference.Lambda;

/// <summary>Recognises the senders of <see cref="WarmupOptions"/> in one look at an event's top level.</summary>
/// <remarks>The payloads are those that the senders document; see docs/architecture/lambda-host.md.</remarks>
internal sealed class KnownSenderDetector(WarmupOptions options) : IWarmupDetector
{
    /// <summary>A longer event is none of these.</summary>
    private const int LongestEvent = 16 * 1024;

    private const int MostEnvironments = 1000;

    private readonly bool _scheduled = options.ScheduledEvents;
    private readonly bool _plugin = options.ServerlessPlugin;
    private readonly bool _warmer = options.LambdaWarmer;
    private readonly bool _pings = options.Pings;

    public bool TryDetect(ReadOnlySpan<byte> payload, out WarmupRequest request)
    {
        request = default;
        if (payload.Length > LongestEvent)
        {
            return false;
        }

        string? sender = null, model = null;
        int concurrency = 1;
        bool aws = false, scheduler = false, scheduled = false;
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
                    scheduler = reader.ValueTextEquals("aws.scheduler"u8);
                    aws = scheduler || reader.ValueTextEquals("aws.events"u8);
                    if (_plugin && reader.ValueTextEquals("serverless-plugin-warmup"u8))
                    {
                        sender = "serverless-plugin-warmup";
                    }
                }
            }
            else if (reader.ValueTextEquals("detail-type"u8))
            {
                reader.Read();
                scheduled = reader.TokenType == JsonTokenType.String && reader.ValueTextEquals("Scheduled Event"u8);
            }
            else if (_warmer && reader.ValueTextEquals("warmer"u8))
            {
                reader.Read();
                sender = reader.TokenType == JsonTokenType.True ? "lambda-warmer" : sender;
            }
            else if (_pings && (reader.ValueTextEquals("ping"u8) || reader.ValueTextEquals("warmup"u8)))
            {
                reader.Read();
                sender = reader.TokenType == JsonTokenType.True ? "ping" : sender;
            }
            else if (reader.ValueTextEquals("concurrency"u8))
            {
                reader.Read();
                concurrency = reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out int wanted) ? Math.Clamp(wanted, 1, MostEnvironments) : 1;
            }
            else if (reader.ValueTextEquals("model"u8))
            {
                reader.Read();
                model = reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
            }

            reader.Skip();
        }

        if (_scheduled && aws && scheduled)
        {
            sender = scheduler ? "eventbridge-scheduler" : "eventbridge-rule";
        }

        request = sender is null ? default : new WarmupRequest(sender, model, concurrency);
        return sender is not null;
    }
}
