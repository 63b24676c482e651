using System.Globalization;
using System.Text.Json;
using ServerlessInference.Tool.Output;
using ServerlessInference.Vision.Detection;

namespace ServerlessInference.Tool.Commands;

/// <summary>The result of <c>detect</c> for an image: boxes in pixels of the image as displayed.</summary>
internal sealed record DetectDocument(string File, ObjectDetection Detection) : ITableDocument
{
    /// <inheritdoc />
    public void WriteJson(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("file"u8, File);
        writer.WriteNumber("width"u8, Detection.Width);
        writer.WriteNumber("height"u8, Detection.Height);
        writer.WriteStartArray("detections"u8);
        foreach (var detected in Detection.Detections)
        {
            writer.WriteStartObject();
            writer.WriteNumber("class"u8, detected.Index);
            writer.WriteString("label"u8, detected.Label);
            writer.WriteNumber("score"u8, detected.Score);
            writer.WriteStartArray("box"u8);
            writer.WriteNumberValue(detected.Box.Left);
            writer.WriteNumberValue(detected.Box.Top);
            writer.WriteNumberValue(detected.Box.Right);
            writer.WriteNumberValue(detected.Box.Bottom);
            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    /// <inheritdoc />
    public void AddRows(Table table)
    {
        var size = $"{Detection.Width} x {Detection.Height}";
        if (Detection.Detections.Count == 0)
        {
            table.Add(File, size, "nothing", string.Empty, string.Empty);
        }

        foreach (var detected in Detection.Detections)
        {
            table.Add(File, size, detected.Label, detected.Score.ToString("0.000", CultureInfo.InvariantCulture), string.Create(
                CultureInfo.InvariantCulture,
                $"{detected.Box.Left:0.0} {detected.Box.Top:0.0} {detected.Box.Right:0.0} {detected.Box.Bottom:0.0}"));
        }
    }
}
