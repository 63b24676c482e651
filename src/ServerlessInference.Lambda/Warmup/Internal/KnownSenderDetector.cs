using System.Text;
using System.Text.Json;
using ServerlessInference.Warmup;

namespace ServerlessInference.Lambda;

/// <summary>Recognises the senders of <see cref="WarmupOptions"/> in one look at an event's top level.</summary>
/// <remarks>The payloads are those that the senders document; see docs/guides/warm-up.md.</remarks>
internal sealed class KnownSenderDetector(WarmupOptions options) : IWarmupDetector
{
    /// <summary>A longer event is none of these.</summary>
    private const int LongestEvent = 16 * 1024;

    private const string Plugin = "serverless-plugin-warmup";

    private readonly bool _scheduled = options.ScheduledEvents;
    private readonly bool _plugin = options.ServerlessPlugin;
    private readonly bool _warmer = options.LambdaWarmer;
    private readonly bool _pings = options.Pings;

    /// <summary>Whether more than scheduled events are looked for; those alone are told from nearly all others without reading their JSON.</summary>
    private readonly bool _others = options.ServerlessPlugin || options.LambdaWarmer || options.Pings || options.ModelLocations.Count > 0;

    /// <summary>Tells what is no warm-up, without reading its JSON and whatever its client context.</summary>
    public bool IsNever(ReadOnlySpan<byte> payload) => !_others && payload.IndexOf("Scheduled Event"u8) < 0;

    public bool TryDetect(ReadOnlySpan<byte> payload, out WarmupRequest request)
    {
        request = default;
        if (payload.Length > LongestEvent || IsNever(payload))
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
            // Whoever is to handle the event says what is wrong with it.
            return false;
        }

        string? sender =
            _scheduled && read is { FromAws: true, IsScheduled: true } ? read.FromScheduler ? "eventbridge-scheduler" : "eventbridge-rule"
            : _plugin && read.FromPlugin ? Plugin
            : _warmer && read.IsWarmer ? "lambda-warmer"
            : _pings && read.IsPing ? "ping"
            : null;
        string? location = null;
        if (read.Bucket is not null || read.Name is not null)
        {
            location = read.Location;
            if (sender is null && location is not null && new ModelLocations(options.ModelLocations).Contain(location))
            {
                sender = "model-location";
            }
        }

        if (sender is null)
        {
            request = default;
            return false;
        }

        request = new WarmupRequest(sender, read.Model, Math.Max(1, read.Concurrency), location);
        return true;
    }

    /// <summary>Looks at the client context, in which serverless-plugin-warmup marks its calls as well, so that their payload is free.</summary>
    /// <param name="clientContext">JSON, as the caller sent it.</param>
    /// <param name="request">What the sender wants.</param>
    /// <returns>Whether it is a warm-up.</returns>
    public bool TryDetectContext(string clientContext, out WarmupRequest request)
    {
        request = default;
        if (!_plugin || clientContext.Length > LongestEvent || !clientContext.Contains(Plugin, StringComparison.Ordinal))
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

            JsonElement custom = document.RootElement.TryGetProperty("custom"u8, out JsonElement inner) && inner.ValueKind == JsonValueKind.Object
                ? inner
                : document.RootElement;
            if (custom.TryGetProperty("source"u8, out JsonElement source) && source.ValueKind == JsonValueKind.String && source.ValueEquals(Plugin))
            {
                request = new WarmupRequest(Plugin);
                return true;
            }
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // The caller may send what it likes there; then it is no warm-up.
        }

        return false;
    }
}
