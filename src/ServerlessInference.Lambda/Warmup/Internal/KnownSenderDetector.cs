using System.Text;
using System.Text.Json;

namespace ServerlessInference.Lambda.Warmup;

/// <summary>Recognises the senders of <see cref="WarmupOptions"/> by the top-level members of an event.</summary>
/// <remarks>The payloads are those that the senders document; see docs/guides/warm-up.md.</remarks>
internal sealed class KnownSenderDetector(WarmupOptions options) : IWarmupDetector
{
    /// <summary>The maximum length of a warm-up. A longer event was sent for another purpose.</summary>
    private const int MaxEventLength = 16 * 1024;

    private const string Plugin = "serverless-plugin-warmup";

    private const string Warmer = "lambda-warmer";

    private readonly bool _scheduled = options.ScheduledEvents;
    private readonly bool _plugin = options.ServerlessPlugin;
    private readonly bool _warmer = options.LambdaWarmer;
    private readonly bool _pings = options.Pings;

    /// <summary>
    /// Whether there are other senders than EventBridge's schedules. Nearly all events can be distinguished from scheduled ones without
    /// parsing them.
    /// </summary>
    private readonly bool _hasOtherSenders =
        options.ServerlessPlugin || options.LambdaWarmer || options.Pings || options.ModelLocations.Count > 0;

    /// <summary>Returns whether an event is certainly not a warm-up, whatever its client context, without parsing its JSON.</summary>
    public bool IsNever(ReadOnlySpan<byte> payload) => !_hasOtherSenders && payload.IndexOf("Scheduled Event"u8) < 0;

    public bool TryDetect(ReadOnlySpan<byte> payload, out WarmupRequest request)
    {
        request = default;
        if (payload.Length > MaxEventLength || IsNever(payload))
        {
            return false;
        }

        var read = default(WarmupMembers);
        try
        {
            if (!read.TryReadAll(payload))
            {
                return false;
            }
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // The handler of the event reports what is wrong with it.
            return false;
        }

        string? sender = FindSender(read);
        string? location = null;
        if (read.Bucket is not null || read.Name is not null)
        {
            location = read.Location;
            if (sender is null && location is not null && new ModelLocations(options.ModelLocations).Contains(location))
            {
                sender = "model-location";
            }
        }

        if (sender is null)
        {
            request = default;
            return false;
        }

        request = new WarmupRequest(sender, read.Model, Math.Max(1, read.Concurrency), location)
        {
            Note = sender == Warmer ? DescribeOmission(read) : null,
        };
        return true;
    }

    /// <summary>
    /// Says what lambda-warmer expects of a receiver and this function does not do: call itself, and call other functions.
    /// </summary>
    private static string? DescribeOmission(in WarmupMembers read)
    {
        if (read.IsFanOut || (read.Concurrency <= 1 && read.OtherFunctions == 0))
        {
            return null;
        }

        string wanted = read.Concurrency > 1 ? $"{read.Concurrency} environments are wanted" : "One environment is wanted";
        string others = read.OtherFunctions switch
        {
            0 => string.Empty,
            1 => ", and another function",
            _ => $", and {read.OtherFunctions} other functions",
        };
        return $"{wanted}{others}, but this function calls neither itself nor others: this call warms up one environment. " +
            "Use provisioned concurrency, or a schedule that calls each function as often at once as environments are wanted.";
    }

    /// <summary>
    /// Examines the client context, in which serverless-plugin-warmup marks its calls as well, so that their payload may be anything.
    /// </summary>
    /// <param name="clientContext">JSON, as the caller sent it.</param>
    /// <param name="request">What the sender asks for.</param>
    /// <returns>Whether the event is a warm-up.</returns>
    public bool TryDetectContext(string clientContext, out WarmupRequest request)
    {
        request = default;
        if (!_plugin || clientContext.Length > MaxEventLength || !clientContext.Contains(Plugin, StringComparison.Ordinal))
        {
            return false;
        }

        try
        {
            using JsonDocument document = JsonDocument.Parse(Encoding.UTF8.GetBytes(clientContext));
            if (document.RootElement.ValueKind != JsonValueKind.Object)
            {
                return false;
            }

            JsonElement custom = document.RootElement.TryGetProperty("custom"u8, out JsonElement inner)
                && inner.ValueKind == JsonValueKind.Object
                ? inner
                : document.RootElement;
            if (custom.TryGetProperty("source"u8, out JsonElement source)
                && source.ValueKind == JsonValueKind.String
                && source.ValueEquals(Plugin))
            {
                request = new WarmupRequest(Plugin);
                return true;
            }
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // Callers may send anything in their client context, and invalid JSON does not mark a warm-up.
        }

        return false;
    }

    private string? FindSender(in WarmupMembers read)
    {
        if (_scheduled && read.FromAws && read.IsScheduled)
        {
            return read.FromScheduler ? "eventbridge-scheduler" : "eventbridge-rule";
        }

        return _plugin && read.FromPlugin ? Plugin
            : _warmer && read.IsWarmer ? Warmer
            : _pings && read.IsPing ? "ping"
            : null;
    }
}
