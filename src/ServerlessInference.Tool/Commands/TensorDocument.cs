using System.Text.Json;
using ServerlessInference.Tool.Output;

namespace ServerlessInference.Tool.Commands;

/// <summary>The result of <c>image tensor</c> for an image.</summary>
/// <param name="File">The image.</param>
/// <param name="Shape">The axes of the tensor: batch, channels, height, width.</param>
/// <param name="Sha256Pixels">The digest of the resized pixels: 8-bit RGB, row by row.</param>
/// <param name="First">The first values of each channel.</param>
internal sealed record TensorDocument(string File, int[] Shape, string Sha256Pixels, float[][] First) : ITableDocument
{
    /// <inheritdoc />
    public void WriteJson(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("file"u8, File);
        writer.WriteStartArray("shape"u8);
        foreach (int axis in Shape)
        {
            writer.WriteNumberValue(axis);
        }

        writer.WriteEndArray();
        writer.WriteString("sha256Pixels"u8, Sha256Pixels);
        writer.WriteStartArray("first"u8);
        foreach (float[] channel in First)
        {
            writer.WriteStartArray();
            foreach (float value in channel)
            {
                writer.WriteNumberValue(value);
            }

            writer.WriteEndArray();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    /// <inheritdoc />
    public void AddRows(Table table) => table.Add(File, $"[{string.Join(", ", Shape)}]", Sha256Pixels);
}
