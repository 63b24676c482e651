using System.Buffers;
using System.Text;
using System.Text.Json;
using ServerlessInference.Tensors;
using ServerlessInference.Tool.Output;

namespace ServerlessInference.Tool.Commands;

/// <summary>The result of <c>predict</c>: the outputs of the model.</summary>
internal sealed record PredictDocument(string File, NamedValues Outputs) : ITableDocument
{
    private const int MaxCellLength = 100;

    /// <inheritdoc />
    public void WriteJson(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("file"u8, File);
        writer.WritePropertyName("outputs"u8);
        TensorJson.Write(writer, Outputs);
        writer.WriteEndObject();
    }

    /// <inheritdoc />
    public void AddRows(Table table)
    {
        foreach ((string? name, InferenceValue? value) in Outputs)
        {
            var json = new ArrayBufferWriter<byte>();
            using (var writer = new Utf8JsonWriter(json))
            {
                TensorJson.Write(writer, value);
            }

            string text = Encoding.UTF8.GetString(json.WrittenSpan);
            table.Add(
                name,
                value is TensorValue tensor ? tensor.ToString() : "sequence",
                text.Length <= MaxCellLength ? text : text[..MaxCellLength] + "…");
        }
    }
}
