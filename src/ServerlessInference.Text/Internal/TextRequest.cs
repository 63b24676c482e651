using System.Text;
using System.Text.Json;
using ServerlessInference.Json;
using ServerlessInference.Pipelines;
using ServerlessInference.Tokenizers;

namespace ServerlessInference.Text;

/// <summary>Reads the bytes that a text pipeline receives from an event source.</summary>
/// <remarks>
/// <para>A request is plain text in UTF-8, a JSON string, a JSON object, or a JSON array of strings and objects, which is several inputs.
/// A byte order mark in front of it is skipped. Text that begins with a bracket but is not JSON is plain text; text that begins with a
/// quotation mark or a brace must be JSON, because JSON that was cut off is more likely.</para>
/// <para>A member that is not known is an error: a misspelled one would otherwise be left out silently.</para>
/// </remarks>
internal static class TextRequest
{
    /// <summary>The maximum number of texts in one request. Three bytes of JSON are enough for a text, so that a large event could
    /// otherwise cause millions of results.</summary>
    private const int MaxTexts = 10_000;

    private static readonly string[] _textMembers = ["text"];

    private static readonly string[] _pairMembers = ["text", "text_pair", "textPair"];

    private static readonly string[] _questionMembers = ["question", "context"];

    /// <summary>Reads texts.</summary>
    /// <exception cref="InvalidInputException">The request has another form.</exception>
    internal static EncodedInputs<string> ReadTexts(ReadOnlyMemory<byte> encoded) =>
        Read(encoded, static text => text, static root => ReadMember(root, "text", _textMembers)!, "text");

    /// <summary>Reads texts or pairs of texts.</summary>
    /// <exception cref="InvalidInputException">The request has another form.</exception>
    internal static EncodedInputs<TextPair> ReadPairs(ReadOnlyMemory<byte> encoded) =>
        Read(encoded, static text => new TextPair(text), ReadPair, "text");

    /// <summary>Reads questions with their contexts.</summary>
    /// <exception cref="InvalidInputException">The request has another form.</exception>
    internal static EncodedInputs<Question> ReadQuestions(ReadOnlyMemory<byte> encoded) =>
        Read(encoded, static _ => throw CreateContextException(), ReadQuestion, "question");

    private static TextPair ReadPair(JsonElement root)
    {
        string first = ReadMember(root, "text", _pairMembers)!;
        string? second = ReadMember(root, "text_pair", _pairMembers, isOptional: true);
        string? other = ReadMember(root, "textPair", _pairMembers, isOptional: true);
        return second is null || other is null ? new TextPair(first, second ?? other) : throw new InvalidInputException(
            InvalidInputKind.Unprocessable, "The request's JSON object has both 'text_pair' and 'textPair'. Send one of them.");
    }

    private static Question ReadQuestion(JsonElement root) => new(
        ReadMember(root, "question", _questionMembers)!,
        ReadMember(root, "context", _questionMembers, isOptional: true) ?? throw CreateContextException());

    private static InvalidInputException CreateContextException() => new(
        InvalidInputKind.Unprocessable, "The request has no 'context'; {\"question\": …, \"context\": …} was expected.");

    private static EncodedInputs<T> Read<T>(
        ReadOnlyMemory<byte> encoded, Func<string, T> fromText, Func<JsonElement, T> fromObject, string first)
    {
        ReadOnlyMemory<byte> content = encoded.Span.StartsWith("\uFEFF"u8) ? encoded[3..] : encoded;
        ReadOnlySpan<byte> trimmed = content.Span.Trim(" \t\r\n"u8);
        if (trimmed.IsEmpty)
        {
            throw new InvalidInputException($"The request is empty; a text, or JSON with '{first}', was expected.");
        }

        try
        {
            if (trimmed[0] is not ((byte)'{' or (byte)'"' or (byte)'['))
            {
                return new EncodedInputs<T>(fromText(ReadPlain(content)));
            }

            using JsonDocument? document = TryParse(content, trimmed[0]);
            if (document is null)
            {
                return new EncodedInputs<T>(fromText(ReadPlain(content)));
            }

            return document.RootElement.ValueKind == JsonValueKind.Array
                ? new EncodedInputs<T>(ReadArray(document.RootElement, fromText, fromObject))
                : new EncodedInputs<T>(ReadItem(document.RootElement, fromText, fromObject));
        }
        catch (Exception exception)
            when (exception is JsonException or InvalidOperationException or DecoderFallbackException or ArgumentException)
        {
            throw new InvalidInputException("The request is neither JSON nor text in UTF-8.", exception);
        }
    }

    /// <summary>Parses JSON; null for plain text that begins with a bracket.</summary>
    private static JsonDocument? TryParse(ReadOnlyMemory<byte> content, byte first)
    {
        try
        {
            return JsonDocument.Parse(content);
        }
        catch (JsonException) when (first == (byte)'[')
        {
            // Texts such as "[urgent] Where is my parcel?" are common.
            return null;
        }
    }

    private static string ReadPlain(ReadOnlyMemory<byte> content) =>
        new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(content.Span);

    private static T[] ReadArray<T>(JsonElement array, Func<string, T> fromText, Func<JsonElement, T> fromObject)
    {
        int count = array.GetArrayLength();
        if (count > MaxTexts)
        {
            throw new InvalidInputException(
                InvalidInputKind.TooLarge, $"The request has {count:N0} texts; at most {MaxTexts:N0} are allowed. Send several requests.");
        }

        var items = new T[count];
        int next = 0;
        foreach (JsonElement item in array.EnumerateArray())
        {
            items[next++] = ReadItem(item, fromText, fromObject);
        }

        return items;
    }

    private static T ReadItem<T>(JsonElement item, Func<string, T> fromText, Func<JsonElement, T> fromObject) => item.ValueKind switch
    {
        JsonValueKind.String => fromText(JsonText.Read(item)),
        JsonValueKind.Object => fromObject(item),
        _ => throw new InvalidInputException(
            InvalidInputKind.Unprocessable,
            $"The request's JSON has a value of the kind {item.ValueKind}; texts and objects were expected."),
    };

    /// <summary>Reads a member of an object, all of whose members must be known.</summary>
    private static string? ReadMember(JsonElement root, string name, string[] known, bool isOptional = false)
    {
        string? found = null;
        foreach (JsonProperty member in root.EnumerateObject())
        {
            if (member.NameEquals(name))
            {
                bool isText = member.Value.ValueKind == JsonValueKind.String;
                found = isText ? JsonText.Read(member.Value)
                    : isOptional && member.Value.ValueKind == JsonValueKind.Null ? null
                    : throw CreateMissingException(name);
            }
            else if (Array.TrueForAll(known, other => !member.NameEquals(other)))
            {
                throw new InvalidInputException(
                    InvalidInputKind.Unprocessable,
                    $"The request's JSON object has an unknown member '{Shorten(member.Name)}'. " +
                    $"Its members are {string.Join(", ", known)}.");
            }
        }

        return found is not null || isOptional ? found : throw CreateMissingException(name);
    }

    private static InvalidInputException CreateMissingException(string name) => new(
        InvalidInputKind.Unprocessable, $"The request's JSON object has no string '{name}'.");

    // A name is the caller's text, of which a message shows no more than is needed to find it.
    private static string Shorten(string name)
    {
        const int MaxShown = 40;
        return name.Length <= MaxShown ? name : string.Concat(name.AsSpan(0, MaxShown), "…");
    }
}
