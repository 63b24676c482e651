using System.Globalization;
using System.Text.Json;
using ServerlessInference.Tool.Output;

namespace ServerlessInference.Tool.Commands;

/// <summary>The result of <c>tokenize --decode</c> for a line: the text of its ids.</summary>
internal sealed record DecodedDocument(int Line, string Text) : ITableDocument
{
    /// <inheritdoc />
    public void WriteJson(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("text"u8, Text);
        writer.WriteEndObject();
    }

    /// <inheritdoc />
    public void AddRows(Table table) => table.Add(Line.ToString(CultureInfo.InvariantCulture), Text);
}
