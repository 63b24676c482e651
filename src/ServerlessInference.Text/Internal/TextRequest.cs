using System.Text;
using System.Text.Json;

namespace ServerlessInference.Text;

/// <summary>Reads the bytes that a text pipeline receives from an event source.</summary>
internal static class TextRequest
{
    /// <summary>Reads a text: a JSON string, a JSON object with <c>text</c>, or plain UTF-8.</summary>
    /// <exception cref="InvalidInputException">The bytes are none of these.</exception>
    internal static string ReadText(ReadOnlyMemory<byte> encoded) => Read(encoded, "text", null).First;

    /// <summary>Reads one or two texts from a JSON object; the second is optional.</summary>
    /// <exception cref="InvalidInputException">The request is empty, is neither JSON nor UTF-8, or the object lacks the first
    /// text.</exception>
    internal static (string First, string? Second) Read(ReadOnlyMemory<byte> encoded, string first, string? second)
    {
        ReadOnlySpan<byte> trimmed = encoded.Span.Trim(" \t\r\n"u8);
        if (trimmed.IsEmpty)
        {
            throw new InvalidInputException($"The request is empty; a text, or JSON with '{first}', was expected.");
        }

        try
        {
            if (trimmed[0] is not ((byte)'{' or (byte)'"'))
            {
                return (new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(encoded.Span), null);
            }

            using var document = JsonDocument.Parse(encoded);
            JsonElement root = document.RootElement;
            if (root.ValueKind == JsonValueKind.String)
            {
                return (root.GetString()!, null);
            }

            if (!root.TryGetProperty(first, out JsonElement one) || one.ValueKind != JsonValueKind.String)
            {
                throw new InvalidInputException(InvalidInputKind.Unprocessable, $"The request's JSON object has no string '{first}'.");
            }

            return (one.GetString()!, second is not null && root.TryGetProperty(second, out JsonElement two) ? two.GetString() : null);
        }
        catch (Exception exception)
            when (exception is JsonException or InvalidOperationException or DecoderFallbackException or ArgumentException)
        {
            throw new InvalidInputException("The request is neither JSON nor text in UTF-8.", exception);
        }
    }
}
