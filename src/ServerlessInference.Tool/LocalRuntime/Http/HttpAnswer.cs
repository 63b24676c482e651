using System.Globalization;
using System.Text;
using System.Text.Json;
using ServerlessInference.Tool.Output;

namespace ServerlessInference.Tool.LocalRuntime.Http;

/// <summary>An HTTP response, read from a function's answer in payload format 2.0.</summary>
/// <param name="Status">The status code.</param>
/// <param name="Headers">The headers, including the content type.</param>
/// <param name="Cookies">The values of <c>Set-Cookie</c>.</param>
/// <param name="Body">The body.</param>
internal sealed record HttpAnswer(
    int Status, IReadOnlyList<KeyValuePair<string, string>> Headers, IReadOnlyList<string> Cookies, ReadOnlyMemory<byte> Body)
{
    private const string Json = "application/json";
    private const string StreamedResponse = "application/vnd.awslambda.http-integration-response";
    private const int PreludeEndLength = 8;

    /// <summary>Creates a response of the gateway itself: <c>{"message":…}</c>.</summary>
    public static HttpAnswer Gateway(int status, string message) =>
        new(status, [new("content-type", Json)], [], Encoding.UTF8.GetBytes($$"""{"message":"{{message}}"}"""));

    /// <summary>Reads a function's answer. Returns null if it does not follow the format; a gateway responds with 502 then.</summary>
    public static HttpAnswer? Read(InvocationOutcome outcome)
    {
        try
        {
            if (outcome.Streamed)
            {
                return ReadStreamed(outcome);
            }

            using var document = JsonDocument.Parse(outcome.Payload, new JsonDocumentOptions { MaxDepth = JsonLines.MaxCarriedDepth });
            JsonElement root = document.RootElement;
            if (root.ValueKind == JsonValueKind.Object && root.TryGetProperty("statusCode"u8, out _))
            {
                return ReadFull(root);
            }

            // The short form: any JSON without a status code is the body of a response with status 200. A string is used without its
            // quotes.
            ReadOnlyMemory<byte> body = root.ValueKind == JsonValueKind.String
                ? Encoding.UTF8.GetBytes(root.GetString() ?? "")
                : outcome.Payload;
            return new HttpAnswer(200, [new("content-type", Json)], [], body);
        }
        catch (Exception exception) when (exception is JsonException or FormatException or InvalidOperationException)
        {
            return null; // Not valid JSON, not valid base64, or a lone surrogate.
        }
    }

    private static HttpAnswer? ReadFull(JsonElement root)
    {
        if (ReadStatus(root) is not { } status || ReadHeaders(root) is not { } headers)
        {
            return null;
        }

        ReadOnlyMemory<byte> body = default;
        if (root.TryGetProperty("body"u8, out JsonElement value) && value.ValueKind != JsonValueKind.Null)
        {
            if (value.ValueKind != JsonValueKind.String)
            {
                return null; // Returning an object instead of a string is a common mistake, and no gateway accepts it.
            }

            bool encoded = root.TryGetProperty("isBase64Encoded"u8, out JsonElement flag) && flag.ValueKind == JsonValueKind.True;
            body = encoded ? value.GetBytesFromBase64() : Encoding.UTF8.GetBytes(value.GetString() ?? "");
        }

        if (!headers.Any(header => header.Key.Equals("content-type", StringComparison.OrdinalIgnoreCase)))
        {
            headers.Add(new("content-type", Json));
        }

        return ReadCookies(root) is { } cookies ? new HttpAnswer(status, headers, cookies, body) : null;
    }

    /// <summary>Reads a streamed answer. It may begin with status and headers as JSON, followed by eight zero bytes.</summary>
    private static HttpAnswer? ReadStreamed(InvocationOutcome outcome)
    {
        if (outcome.ContentType?.StartsWith(StreamedResponse, StringComparison.OrdinalIgnoreCase) != true)
        {
            return new HttpAnswer(200, [new("content-type", outcome.ContentType ?? "application/octet-stream")], [], outcome.Payload);
        }

        int end = outcome.Payload.Span.IndexOf(stackalloc byte[PreludeEndLength]);
        if (end < 0)
        {
            return null;
        }

        using var prelude = JsonDocument.Parse(outcome.Payload[..end]);
        JsonElement root = prelude.RootElement;
        int? status = root.TryGetProperty("statusCode"u8, out _) ? ReadStatus(root) : 200;
        return status is { } code && ReadHeaders(root) is { } headers && ReadCookies(root) is { } cookies
            ? new HttpAnswer(code, headers, cookies, outcome.Payload[(end + PreludeEndLength)..])
            : null;
    }

    private static int? ReadStatus(JsonElement root)
    {
        const int min = 100;
        const int max = 599;
        JsonElement value = root.GetProperty("statusCode"u8);
        bool isNumber = value.ValueKind == JsonValueKind.Number
            ? value.TryGetInt32(out int status)
            : int.TryParse(value.ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out status);
        return isNumber && status is >= min and <= max ? status : null;
    }

    private static List<KeyValuePair<string, string>>? ReadHeaders(JsonElement root)
    {
        var headers = new List<KeyValuePair<string, string>>();
        if (!root.TryGetProperty("headers"u8, out JsonElement given) || given.ValueKind == JsonValueKind.Null)
        {
            return headers;
        }

        if (given.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        foreach (JsonProperty header in given.EnumerateObject())
        {
            if (header.Value.ValueKind is JsonValueKind.Object or JsonValueKind.Array)
            {
                return null;
            }

            string value = header.Value.ToString();
            if (!IsName(header.Name) || !IsValue(value))
            {
                return null;
            }

            headers.Add(new(header.Name, value));
        }

        return headers;
    }

    private static List<string>? ReadCookies(JsonElement root)
    {
        List<string> cookies = root.TryGetProperty("cookies"u8, out JsonElement given) && given.ValueKind == JsonValueKind.Array
            ?
            [
                .. given.EnumerateArray()
                    .Where(cookie => cookie.ValueKind == JsonValueKind.String)
                    .Select(cookie => cookie.GetString() ?? ""),
            ]
            : [];
        return cookies.TrueForAll(IsValue) ? cookies : null;
    }

    /// <summary>Returns whether a header may have this name: RFC 9110, section 5.6.2.</summary>
    private static bool IsName(string name) =>
        name.Length > 0
        && name.All(character =>
            char.IsAsciiLetterOrDigit(character) || "!#$%&'*+-.^_`|~".Contains(character, StringComparison.Ordinal));

    /// <summary>
    /// Returns whether a header may have this value. Only printable ASCII is allowed; line breaks in particular would allow header
    /// injection.
    /// </summary>
    private static bool IsValue(string value) => value.All(character => character is >= ' ' and <= '~' or '\t');
}
