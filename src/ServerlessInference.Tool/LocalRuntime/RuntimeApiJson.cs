using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;

namespace ServerlessInference.Tool.LocalRuntime;

/// <summary>The small JSON bodies of the Runtime API.</summary>
internal static class RuntimeApiJson
{
    /// <summary>The body of an accepted call.</summary>
    public static ReadOnlyMemory<byte> Accepted { get; } = """{"status":"OK"}"""u8.ToArray();

    /// <summary>An error body: <c>{"errorMessage":…,"errorType":…}</c>.</summary>
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

    /// <summary>Takes type and message out of an error body that a function posted; either may be missing.</summary>
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
            // A function may post anything; the service passes it on unread, and so does the caller of this.
            return (null, null);
        }
    }

    /// <summary>Writes JSON as a header can carry it: on one line, in printable ASCII, with the same meaning.</summary>
    /// <returns>Whether it is JSON.</returns>
    public static bool TryMakeHeader(string json, out string header)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            var buffer = new ArrayBufferWriter<byte>();
            using var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.Create(UnicodeRanges.BasicLatin) });
            document.RootElement.WriteTo(writer);
            writer.Flush();
            header = Encoding.ASCII.GetString(buffer.WrittenSpan);
            return true;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or ArgumentException)
        {
            header = "";
            return false; // the caller says so
        }
    }

    private static string? Text(JsonElement element, ReadOnlySpan<byte> name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
