using System.Globalization;
using System.Text.Json;
using ServerlessInference.Pipelines;
using ServerlessInference.Tool.Output;

namespace ServerlessInference.Tool.Commands;

/// <summary>The result of <c>classify</c> for an image.</summary>
internal sealed record ClassifyDocument(string File, IReadOnlyList<LabelScore> Top) : ITableDocument
{
    /// <inheritdoc />
    public void WriteJson(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("file"u8, File);
        WriteTop(writer, Top);
        writer.WriteEndObject();
    }

    /// <inheritdoc />
    public void AddRows(Table table) => table.Add(
        File,
        Top.Count > 0 ? Top[0].Label : "nothing",
        Top.Count > 0 ? Score(Top[0]) : string.Empty,
        string.Join(", ", Top.Skip(1).Select(other => $"{other.Label} {Score(other)}")));

    /// <summary>Writes the property <c>top</c>.</summary>
    public static void WriteTop(Utf8JsonWriter writer, IReadOnlyList<LabelScore> top)
    {
        writer.WriteStartArray("top"u8);
        foreach (var (index, label, score) in top)
        {
            writer.WriteStartObject();
            writer.WriteNumber("index"u8, index);
            writer.WriteString("label"u8, label);
            writer.WriteNumber("score"u8, score);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static string Score(LabelScore label) => label.Score.ToString("0.000", CultureInfo.InvariantCulture);
}
