using System.Globalization;
using System.Text.Json;

namespace ServerlessInference.Lambda;

/// <summary>Reads members of events.</summary>
/// <remarks>
/// JSON may hold what .NET makes no string of: half of a surrogate pair, bytes that are no UTF-8. Senders can write that into the body of a
/// single record, so all text is read here, and such a one is an <see cref="InvalidInputException"/>.
/// </remarks>
internal static class EventJson
{
    /// <summary>Reads a member that is a string; <see langword="null"/> for any other, and where there is none.</summary>
    /// <exception cref="InvalidInputException">Its text is none.</exception>
    public static string? Text(JsonElement parent, string name) => Member(parent, name) is { ValueKind: JsonValueKind.String } value ? Text(value) : null;

    /// <summary>Reads a string.</summary>
    /// <exception cref="InvalidInputException">Its text is none.</exception>
    public static string Text(JsonElement value)
    {
        try
        {
            return value.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw NoText();
        }
    }

    /// <summary>Reads a member's name.</summary>
    /// <exception cref="InvalidInputException">It is no text.</exception>
    public static string Name(JsonProperty member)
    {
        try
        {
            return member.Name;
        }
        catch (InvalidOperationException)
        {
            throw NoText();
        }
    }

    /// <summary>Finds a member.</summary>
    /// <exception cref="InvalidInputException">A name among the members is no text.</exception>
    public static JsonElement? Member(JsonElement parent, string name)
    {
        try
        {
            return parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out JsonElement value) ? value : null;
        }
        catch (InvalidOperationException)
        {
            throw NoText();
        }
    }

    /// <summary>Says what is wrong with text that is none.</summary>
    public static InvalidInputException NoText() => new("The JSON holds a text that is none: half of a surrogate pair, or bytes that are no UTF-8.");

    /// <summary>Reads seconds since 1970, as a number.</summary>
    public static DateTimeOffset? Seconds(JsonElement parent, string name) =>
        Member(parent, name) is { ValueKind: JsonValueKind.Number } value && value.TryGetDouble(out double seconds) && seconds is > 0 and < 253_402_300_799
            ? DateTimeOffset.FromUnixTimeMilliseconds((long)(seconds * 1000))
            : null;

    /// <summary>Reads milliseconds since 1970, as text.</summary>
    public static DateTimeOffset? Milliseconds(JsonElement parent, string name) =>
        long.TryParse(Text(parent, name), NumberStyles.None, CultureInfo.InvariantCulture, out long milliseconds) && milliseconds < 253_402_300_799_000
            ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds)
            : null;

    /// <summary>Reads a time in ISO 8601.</summary>
    public static DateTimeOffset? Time(JsonElement parent, string name) =>
        DateTimeOffset.TryParse(Text(parent, name), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time) ? time : null;

    public static long? Integer(JsonElement parent, string name) =>
        Member(parent, name) is { ValueKind: JsonValueKind.Number } value && value.TryGetInt64(out long number) ? number : null;
}
