using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;

namespace ServerlessInference.Tool.LocalRuntime;

/// <summary>Reads and writes the small JSON bodies of the Runtime API.</summary>
internal static class RuntimeApiJson
{
    /// <summary>Gets the body of an accepted call.</summary>
    public static ReadOnlyMemory<byte> Accepted { get; } = """{"status":"OK"}"""u8.ToArray();

    /// <summary>Creates the body of an error: <c>{"errorMessage":…,"errorType":…}</c>.</summary>
    public static ReadOnlyMemory<byte> Error(string type, string message)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        writer.WriteStartObject();
        writer.WriteString("errorMessage"u8, message);
        writer.WriteString("errorType"u8, type);
        writer.WriteEndObject();
        writer.Flush();
        return buffer.WrittenMemory;
    }

    /// <summary>Reads type and message from an error that a function posted; either may be missing.</summary>
    public static (string? Type, string? Message) ReadError(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? (Text(document.RootElement, "errorType"u8), Text(document.RootElement, "errorMessage"u8))
                : (null, null);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // A function may post anything. Lambda passes it on unread, and so does the caller of this method.
            return (null, null);
        }
    }

    /// <summary>Rewrites JSON so that it fits into a header: on one line and in printable ASCII, with the same meaning.</summary>
    /// <returns>Whether the text is valid JSON.</returns>
    public static bool TryMakeHeader(string json, out string header)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            var buffer = new ArrayBufferWriter<byte>();
            using var writer = new Utf8JsonWriter(
                buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.Create(UnicodeRanges.BasicLatin) });
            document.RootElement.WriteTo(writer);
            writer.Flush();
            header = Encoding.ASCII.GetString(buffer.WrittenSpan);
            return true;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or ArgumentException)
        {
            header = "";
            return false; // The caller reports it.
        }
    }

    private static string? Text(JsonElement element, ReadOnlySpan<byte> name) =>
        element.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
