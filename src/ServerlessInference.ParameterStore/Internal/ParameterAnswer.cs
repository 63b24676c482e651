using System.Text.Json;

namespace ServerlessInference.ParameterStore;

/// <summary>Reads the answers of Parameter Store and of its extension.</summary>
internal static class ParameterAnswer
{
    /// <summary>Reads the value of the parameter.</summary>
    /// <returns>The value; <see langword="null"/> if the answer has none.</returns>
    /// <exception cref="JsonException">The answer is not valid JSON.</exception>
    public static string? ReadValue(byte[] utf8)
    {
        using JsonDocument document = JsonDocument.Parse(utf8);
        return document.RootElement is { ValueKind: JsonValueKind.Object } root
            && root.TryGetProperty("Parameter", out JsonElement parameter) && parameter.ValueKind == JsonValueKind.Object
            && parameter.TryGetProperty("Value", out JsonElement value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;
    }

    /// <summary>Reads the kind of an error, without its namespace, and the message.</summary>
    public static (string Kind, string Message) ReadError(byte[] utf8)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(utf8);
            if (document.RootElement is not { ValueKind: JsonValueKind.Object } root)
            {
                return (string.Empty, string.Empty);
            }

            string kind = Text(root, "__type");
            string message = Text(root, "message");
            return (kind[(kind.IndexOf('#', StringComparison.Ordinal) + 1)..], message.Length > 0 ? message : Text(root, "Message"));
        }
        catch (JsonException)
        {
            return (string.Empty, string.Empty); // The page of a proxy, for example. The status code is reported instead.
        }
    }

    private static string Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : string.Empty;
}
