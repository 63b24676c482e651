using System.Text;
using System.Text.Json;
using ServerlessInference.Tokenizers.RegularExpressions;

namespace ServerlessInference.Tokenizers;

/// <summary>Helpers to read the parts of a <c>tokenizer.json</c>.</summary>
internal static class ComponentJson
{
    internal static string GetKind(JsonElement part, string what)
    {
        if (part.ValueKind != JsonValueKind.Object)
        {
            throw new JsonException($"The {what} is a {part.ValueKind}, expected an object.");
        }

        return Require(part, "type").GetString() ?? throw new JsonException($"A {what} has no type.");
    }

    internal static JsonElement Require(JsonElement part, string name) =>
        part.TryGetProperty(name, out JsonElement value)
            ? value
            : throw new JsonException($"A part of the tokenizer lacks '{name}'.");

    internal static bool GetBoolean(JsonElement part, string name, bool defaultValue) =>
        part.TryGetProperty(name, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? value.GetBoolean() : defaultValue;

    internal static string GetString(JsonElement part, string name) =>
        Require(part, name).GetString() ?? throw new JsonException($"A part of the tokenizer has no '{name}'.");

    /// <summary>Reads a character that is neither missing nor more than one.</summary>
    internal static Rune GetCharacter(JsonElement part, string name)
    {
        string text = GetString(part, name);
        return Rune.DecodeFromUtf16(text, out Rune rune, out int units) == System.Buffers.OperationStatus.Done && units == text.Length
            ? rune
            : throw new JsonException($"'{name}' is '{text}', expected one character.");
    }

    /// <summary>Reads a pattern: a literal text or a regular expression.</summary>
    internal static TextPattern GetPattern(JsonElement part)
    {
        JsonElement pattern = Require(part, "pattern");
        if (pattern.ValueKind == JsonValueKind.Object && pattern.TryGetProperty("String", out JsonElement literal))
        {
            return new LiteralPattern(literal.GetString() ?? throw new JsonException("A pattern has no text."));
        }

        if (pattern.ValueKind == JsonValueKind.Object && pattern.TryGetProperty("Regex", out JsonElement expression))
        {
            return PatternFactory.FromRegex(expression.GetString() ?? throw new JsonException("A pattern has no text."));
        }

        throw new JsonException("A pattern is neither a 'String' nor a 'Regex'.");
    }
}
