using System.Text.Json;
using ServerlessInference.Json;
using ServerlessInference.Tokenizers;

namespace ServerlessInference.Tool.Commands;

/// <summary>Reads a line of standard input that is a text or, as JSON, a pair of texts.</summary>
internal static class TextLine
{
    private static readonly string[] PairNames = ["text_pair", "textPair", "pair"];

    /// <summary>Reads a line. A line that is not a JSON object is a text.</summary>
    /// <exception cref="InvalidInputException">The object has no text, or a member that is not known.</exception>
    public static TextPair ReadPair(string line)
    {
        if (!line.AsSpan().TrimStart().StartsWith('{'))
        {
            return new TextPair(line);
        }

        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(line);
        }
        catch (JsonException)
        {
            // Texts may begin with a brace as well.
            return new TextPair(line);
        }

        using (document)
        {
            return ReadObject(document.RootElement);
        }
    }

    /// <summary>Reads the object <c>{"text":…}</c> or <c>{"text":…,"text_pair":…}</c>. A lone surrogate becomes U+FFFD.</summary>
    /// <exception cref="InvalidInputException">The JSON is not such an object.</exception>
    public static TextPair ReadObject(JsonElement root)
    {
        string? text = null;
        string? pair = null;
        if (root.ValueKind == JsonValueKind.Object)
        {
            foreach (JsonProperty member in root.EnumerateObject())
            {
                if (member.NameEquals("text") && member.Value.ValueKind == JsonValueKind.String)
                {
                    text = JsonText.Read(member.Value);
                }
                else if (!PairNames.Contains(member.Name))
                {
                    throw new InvalidInputException(
                        $"The line's JSON object has an unknown member '{member.Name}'. Its members are text and text_pair.");
                }
                else if (member.Value.ValueKind == JsonValueKind.String)
                {
                    pair = JsonText.Read(member.Value);
                }
            }
        }

        return text is not null ? new TextPair(text, pair) : throw new InvalidInputException(
            "The line is not a JSON object with a \"text\"; {\"text\":\"…\"} or {\"text\":\"…\",\"pair\":\"…\"} was expected.");
    }
}
