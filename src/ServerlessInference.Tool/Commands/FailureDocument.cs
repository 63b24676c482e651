using System.Text.Json;
using ServerlessInference.Imaging;
using ServerlessInference.Tool.Output;

namespace ServerlessInference.Tool.Commands;

/// <summary>An input that failed: <c>{"file":…,"error":{…}}</c>.</summary>
/// <param name="File">The input.</param>
/// <param name="Exception">The reason.</param>
internal sealed record FailureDocument(string File, Exception Exception) : ITableDocument
{
    /// <summary>Returns whether an exception means that an input failed, and not that the tool has a bug.</summary>
    public static bool Covers(Exception exception) =>
        exception is InferenceException or InvalidImageException or IOException or UnauthorizedAccessException or JsonException;

    /// <inheritdoc />
    public void WriteJson(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("file"u8, File);
        new ErrorInfo(Exception.GetType().Name, Exception.Message).WriteTo(writer);
        writer.WriteEndObject();
    }

    /// <inheritdoc />
    public void AddRows(Table table)
    {
        string[] cells = new string[table.Width];
        Array.Fill(cells, string.Empty);
        cells[0] = File;
        cells[^1] = Exception.Message;
        table.Add(cells);
    }
}
