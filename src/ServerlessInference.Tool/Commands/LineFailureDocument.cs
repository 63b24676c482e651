using System.Globalization;
using System.Text.Json;
using ServerlessInference.Tool.Output;

namespace ServerlessInference.Tool.Commands;

/// <summary>A line of standard input that failed: <c>{"line":…,"error":{…}}</c>.</summary>
/// <param name="Line">The number of the line, from 1.</param>
/// <param name="Exception">The reason.</param>
internal sealed record LineFailureDocument(int Line, Exception Exception) : ITableDocument
{
    /// <inheritdoc />
    public void WriteJson(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteNumber("line"u8, Line);
        new ErrorInfo(Exception.GetType().Name, Exception.Message).WriteTo(writer);
        writer.WriteEndObject();
    }

    /// <inheritdoc />
    public void AddRows(Table table)
    {
        string[] cells = new string[table.Width];
        Array.Fill(cells, string.Empty);
        cells[0] = Line.ToString(CultureInfo.InvariantCulture);
        cells[^1] = Exception.Message;
        table.Add(cells);
    }
}
