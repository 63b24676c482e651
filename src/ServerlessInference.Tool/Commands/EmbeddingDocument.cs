using System.Globalization;
using System.Text.Json;
using ServerlessInference.Tool.Output;

namespace ServerlessInference.Tool.Commands;

/// <summary>The result of <c>embed</c> for a line.</summary>
internal sealed record EmbeddingDocument(int Line, ReadOnlyMemory<float> Vector) : ITableDocument
{
    private const int ShownInTable = 4;

    /// <inheritdoc />
    public void WriteJson(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteNumber("line"u8, Line);
        writer.WriteStartArray("vector"u8);
        foreach (var value in Vector.Span)
        {
            writer.WriteNumberValue(value);
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    /// <inheritdoc />
    public void AddRows(Table table)
    {
        var first = Vector[..Math.Min(ShownInTable, Vector.Length)].ToArray();
        var shown = string.Join(' ', first.Select(value => value.ToString("0.0000", CultureInfo.InvariantCulture)));
        table.Add(Line.ToString(CultureInfo.InvariantCulture), $"{shown} … ({Vector.Length})");
    }
}
