using System.Diagnostics;
using System.Text;
using System.Text.Json;

namespace ServerlessInference.OpenTelemetry;

/// <summary>The traces that an event names: the caller's, and those of the records of a batch.</summary>
internal sealed class TraceLinks
{
    /// <summary>The number of links of one span; OpenTelemetry's SDK drops those beyond 128.</summary>
    private const int MaxLinks = 128;

    private static readonly TraceLinks _none = new();

    private string? _parent;
    private string? _state;
    private List<ActivityLink>? _records;

    /// <summary>Gets the span of the HTTP caller; <see langword="default"/> if the event names none.</summary>
    public ActivityContext Parent { get; private set; }

    /// <summary>Gets links to the spans in which the records were sent; <see langword="null"/> if there are none.</summary>
    public IReadOnlyList<ActivityLink>? Records => _records;

    /// <summary>Reads an event. An event that is not JSON names none; the function itself refuses it.</summary>
    public static TraceLinks Read(ReadOnlySpan<byte> payload)
    {
        // Most events name no trace, and a vectorised search is much faster than reading them as JSON.
        if (payload.IndexOf("AWSTraceHeader"u8) < 0 && !MayHaveTraceParent(payload))
        {
            return _none;
        }

        var links = new TraceLinks();
        try
        {
            links.ReadEvent(payload);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return _none;
        }

        if (ActivityContext.TryParse(links._parent, links._state, isRemote: true, out ActivityContext parent))
        {
            links.Parent = parent;
        }

        return links;
    }

    // Header names keep the caller's case in some events, and almost nobody writes this one with inner capitals.
    private static bool MayHaveTraceParent(ReadOnlySpan<byte> payload) =>
        payload.IndexOf("raceparent\""u8) >= 0 || payload.IndexOf("TRACEPARENT\""u8) >= 0;

    private static bool Is(in Utf8JsonReader reader, ReadOnlySpan<byte> name) => Ascii.EqualsIgnoreCase(reader.ValueSpan, name);

    private void ReadEvent(ReadOnlySpan<byte> payload)
    {
        var reader = new Utf8JsonReader(payload);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            return;
        }

        // An HTTP event has its headers before its body, which may be megabytes long, so reading ends there.
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName && !reader.ValueTextEquals("body"u8))
        {
            bool isHeaders = reader.ValueTextEquals("headers"u8) || reader.ValueTextEquals("multiValueHeaders"u8);
            bool isRecords = reader.ValueTextEquals("Records"u8);
            reader.Read();
            if (isHeaders && reader.TokenType == JsonTokenType.StartObject)
            {
                ReadHeaders(ref reader);
            }
            else if (isRecords && reader.TokenType == JsonTokenType.StartArray)
            {
                ReadRecords(ref reader);
            }
            else
            {
                reader.Skip();
            }
        }
    }

    private void ReadHeaders(ref Utf8JsonReader reader)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            bool isParent = Is(reader, "traceparent"u8), isState = Is(reader, "tracestate"u8);
            reader.Read();
            string? value = isParent || isState ? ReadHeader(ref reader) : null;
            _parent ??= isParent ? value : null;
            _state ??= isState ? value : null;
            reader.Skip();
        }
    }

    /// <summary>Reads a header's value: a string, or an array of which the first one is taken.</summary>
    private static string? ReadHeader(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            return reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
        }

        string? first = null;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            first ??= reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
            reader.Skip();
        }

        return first;
    }

    private void ReadRecords(ref Utf8JsonReader reader)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
        {
            ReadRecord(ref reader);
        }
    }

    private void ReadRecord(ref Utf8JsonReader reader)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            // SQS: attributes.AWSTraceHeader and messageAttributes.traceparent.stringValue. SNS: Sns.MessageAttributes.traceparent.Value.
            bool isSystem = reader.ValueTextEquals("attributes"u8);
            bool isMessage = reader.ValueTextEquals("messageAttributes"u8) || reader.ValueTextEquals("MessageAttributes"u8);
            bool isNotification = reader.ValueTextEquals("Sns"u8);
            reader.Read();
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                reader.Skip();
            }
            else if (isNotification)
            {
                ReadRecord(ref reader);
            }
            else if (isSystem || isMessage)
            {
                ReadAttributes(ref reader);
            }
            else
            {
                reader.Skip();
            }
        }
    }

    private void ReadAttributes(ref Utf8JsonReader reader)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            bool isXRay = reader.ValueTextEquals("AWSTraceHeader"u8), isParent = reader.ValueTextEquals("traceparent"u8);
            reader.Read();
            if (isXRay && reader.TokenType == JsonTokenType.String && XRayHeader.TryParse(reader.GetString(), out ActivityContext traced))
            {
                Add(traced);
            }
            else if (isParent
                && reader.TokenType == JsonTokenType.StartObject
                && ActivityContext.TryParse(ReadAttribute(ref reader), null, isRemote: true, out ActivityContext sent))
            {
                Add(sent);
            }

            reader.Skip();
        }
    }

    /// <summary>Reads the value of a message's attribute; the reader is then at its end.</summary>
    private static string? ReadAttribute(ref Utf8JsonReader reader)
    {
        string? value = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            bool isValue = reader.ValueTextEquals("stringValue"u8) || reader.ValueTextEquals("Value"u8);
            reader.Read();
            value = isValue && reader.TokenType == JsonTokenType.String ? reader.GetString() : value;
            reader.Skip();
        }

        return value;
    }

    private void Add(ActivityContext context)
    {
        _records ??= [];
        if (_records.Count < MaxLinks)
        {
            _records.Add(new ActivityLink(context));
        }
    }
}
