using System.Text.Json;
using ServerlessInference.Pipelines;

namespace ServerlessInference.Vision;

/// <summary>
/// Writes the same JSON as <see cref="VisionJson"/> without the serializer, whose metadata would have to be loaded at a cold start.
/// </summary>
internal static class VisionAnswers
{
    public static void Write(Utf8JsonWriter writer, ImageClassification answer)
    {
        writer.WriteStartObject();
        writer.WriteStartArray("top"u8);
        foreach (LabelScore label in answer.Top)
        {
            label.WriteTo(writer);
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    public static void Write(Utf8JsonWriter writer, ObjectDetection answer)
    {
        writer.WriteStartObject();
        writer.WriteNumber("width"u8, answer.Width);
        writer.WriteNumber("height"u8, answer.Height);
        writer.WriteStartArray("detections"u8);
        foreach (DetectedObject found in answer.Detections)
        {
            writer.WriteStartObject();
            writer.WriteNumber("index"u8, found.Index);
            writer.WriteString("label"u8, found.Label);
            writer.WriteNumber("score"u8, found.Score);
            writer.WritePropertyName("box"u8);
            found.Box.WriteTo(writer);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }
}
