using System.Buffers;
using System.Text.Json;
using System.Text.Unicode;

namespace ServerlessInference.Lambda.Events.Http;

/// <summary>Keeps plain text that looks like JSON from being taken for damaged JSON.</summary>
internal static class PlainText
{
    /// <summary>Turns text that begins with a brace or a quotation mark into a JSON string, unless it is JSON. Browsers send JSON as
    /// <c>text/plain</c> as well if a script sets no other type.</summary>
    /// <param name="body">The body of a request whose type is <c>text/plain</c>.</param>
    /// <returns>The body to pass to the pipeline.</returns>
    public static ReadOnlyMemory<byte> Protect(ReadOnlyMemory<byte> body)
    {
        ReadOnlySpan<byte> text = body.Span.Trim(" \t\r\n"u8);
        if (text is not [(byte)'{' or (byte)'"', ..] || IsJson(text) || !Utf8.IsValid(text))
        {
            return body;
        }

        var json = new ArrayBufferWriter<byte>(body.Length + 64);
        using (var writer = new Utf8JsonWriter(json))
        {
            writer.WriteStringValue(body.Span);
        }

        return json.WrittenMemory;
    }

    private static bool IsJson(ReadOnlySpan<byte> text)
    {
        var reader = new Utf8JsonReader(text, EventJson.ReaderOptions);
        try
        {
            while (reader.Read())
            {
            }

            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
