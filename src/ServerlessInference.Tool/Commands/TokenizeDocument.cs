using System.Globalization;
using System.Text.Json;
using ServerlessInference.Tokenizers;
using ServerlessInference.Tool.Output;

namespace ServerlessInference.Tool.Commands;

/// <summary>The result of <c>tokenize</c> for a line: an encoding, or a list of windows.</summary>
internal sealed record TokenizeDocument(
    int Line, Tokenizer Tokenizer, IReadOnlyList<TokenEncoding> Encodings, bool IsWindows) : ITableDocument
{
    /// <inheritdoc />
    public void WriteJson(Utf8JsonWriter writer)
    {
        if (!IsWindows)
        {
            Write(writer, Encodings[0]);
            return;
        }

        writer.WriteStartArray();
        foreach (TokenEncoding window in Encodings)
        {
            Write(writer, window);
        }

        writer.WriteEndArray();
    }

    /// <inheritdoc />
    public void AddRows(Table table)
    {
        foreach (TokenEncoding encoding in Encodings)
        {
            var tokens = new List<string>();
            foreach (int id in encoding.Ids)
            {
                tokens.Add(Tokenizer.GetToken(id) ?? string.Empty);
            }

            table.Add(Line.ToString(CultureInfo.InvariantCulture), string.Join(' ', tokens));
        }
    }

    private void Write(Utf8JsonWriter writer, TokenEncoding encoding)
    {
        writer.WriteStartObject();
        WriteNumbers(writer, "ids", encoding.Ids);
        WriteNumbers(writer, "typeIds", encoding.TypeIds);
        WriteNumbers(writer, "mask", encoding.AttentionMask);
        writer.WriteStartArray("tokens"u8);
        foreach (int id in encoding.Ids)
        {
            writer.WriteStringValue(Tokenizer.GetToken(id));
        }

        writer.WriteEndArray();
        writer.WriteStartArray("offsets"u8);
        foreach ((int start, int end) in encoding.Offsets)
        {
            writer.WriteStartArray();
            writer.WriteNumberValue(start);
            writer.WriteNumberValue(end);
            writer.WriteEndArray();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void WriteNumbers(Utf8JsonWriter writer, string name, ReadOnlySpan<int> numbers)
    {
        writer.WriteStartArray(name);
        foreach (int number in numbers)
        {
            writer.WriteNumberValue(number);
        }

        writer.WriteEndArray();
    }
}
