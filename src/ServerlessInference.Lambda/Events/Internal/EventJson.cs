using System.Globalization;
using System.Text.Json;

namespace ServerlessInference.Lambda.Events;

/// <summary>Reads members of events.</summary>
/// <remarks>
/// JSON may contain text that .NET cannot represent as a string: a lone surrogate, or bytes that are not valid UTF-8. A sender can put such
/// text into a single record of a batch. All text is therefore read here, and invalid text is reported as an
/// <see cref="InvalidInputException"/>.
/// </remarks>
internal static class EventJson
{
    /// <summary>
    /// The maximum nesting of an event. Events contain documents of senders, which may be nested more deeply than the 64 levels that the
    /// JSON reader allows by default.
    /// </summary>
    private const int MaxDepth = 512;

    /// <summary>Gets the options with which events are read.</summary>
    public static JsonReaderOptions ReaderOptions => new() { MaxDepth = MaxDepth };

    /// <summary>Parses an event, or a part of one.</summary>
    /// <exception cref="JsonException">It is not JSON, or is nested too deeply.</exception>
    public static JsonDocument Parse(ReadOnlyMemory<byte> json) =>
        JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = MaxDepth });

    /// <summary>Reads a string member; returns <see langword="null"/> if the member is missing or has another type.</summary>
    /// <exception cref="InvalidInputException">The member contains invalid text.</exception>
    public static string? ReadText(JsonElement parent, string name) =>
        FindMember(parent, name) is { ValueKind: JsonValueKind.String } value ? ReadText(value) : null;

    /// <summary>Reads a string.</summary>
    /// <exception cref="InvalidInputException">The string contains invalid text.</exception>
    public static string ReadText(JsonElement value)
    {
        try
        {
            return value.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw InvalidText();
        }
    }

    /// <summary>Reads a member's name.</summary>
    /// <exception cref="InvalidInputException">The name contains invalid text.</exception>
    public static string ReadName(JsonProperty member)
    {
        try
        {
            return member.Name;
        }
        catch (InvalidOperationException)
        {
            throw InvalidText();
        }
    }

    /// <summary>Finds a member; returns <see langword="null"/> if it is missing, or if the parent is not an object.</summary>
    /// <exception cref="InvalidInputException">The name of a member contains invalid text.</exception>
    public static JsonElement? FindMember(JsonElement parent, string name)
    {
        try
        {
            return parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out JsonElement value) ? value : null;
        }
        catch (InvalidOperationException)
        {
            throw InvalidText();
        }
    }

    /// <summary>
    /// Finds the records of a batch: those of the member <c>Records</c>, or of the event itself, as EventBridge Pipes send them.
    /// </summary>
    /// <exception cref="InvalidOperationException">The event has no list of records.</exception>
    /// <exception cref="KeyNotFoundException">The event has no list of records.</exception>
    public static JsonElement.ArrayEnumerator FindRecords(JsonElement batch) =>
        (batch.ValueKind == JsonValueKind.Array ? batch : batch.GetProperty("Records"u8)).EnumerateArray();

    /// <summary>Creates the exception for invalid text in an event.</summary>
    public static InvalidInputException InvalidText() =>
        new("The JSON contains invalid text: a lone surrogate, or bytes that are not valid UTF-8.");

    /// <summary>
    /// Creates the exception for an event that is not JSON. The serializer's own message could quote the event, so it is not used.
    /// </summary>
    public static InvalidInputException InvalidJson(JsonException exception) =>
        new(
            $"The event is not valid JSON: error at line {exception.LineNumber + 1}, byte {exception.BytePositionInLine + 1}. " +
            $"More than {MaxDepth} levels of nesting are an error as well.");

    /// <summary>Reads a time that is a number of seconds since 1970.</summary>
    public static DateTimeOffset? ReadSeconds(JsonElement parent, string name) =>
        FindMember(parent, name) is { ValueKind: JsonValueKind.Number } value
            && value.TryGetDouble(out double seconds) && seconds is > 0 and < 253_402_300_799
            ? DateTimeOffset.FromUnixTimeMilliseconds((long)(seconds * 1000))
            : null;

    /// <summary>Reads a time that is a number of milliseconds since 1970.</summary>
    public static DateTimeOffset? ReadNumberOfMilliseconds(JsonElement parent, string name) =>
        ReadInteger(parent, name) is { } milliseconds and > 0 and < 253_402_300_799_000
            ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds)
            : null;

    /// <summary>Reads a time that is a text with the number of milliseconds since 1970.</summary>
    public static DateTimeOffset? ReadMilliseconds(JsonElement parent, string name) =>
        long.TryParse(ReadText(parent, name), NumberStyles.None, CultureInfo.InvariantCulture, out long milliseconds)
            && milliseconds < 253_402_300_799_000
            ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds)
            : null;

    /// <summary>Reads a time in ISO 8601.</summary>
    public static DateTimeOffset? ReadTime(JsonElement parent, string name) =>
        DateTimeOffset.TryParse(
            ReadText(parent, name), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time)
            ? time
            : null;

    public static long? ReadInteger(JsonElement parent, string name) =>
        FindMember(parent, name) is { ValueKind: JsonValueKind.Number } value && value.TryGetInt64(out long number) ? number : null;
}
