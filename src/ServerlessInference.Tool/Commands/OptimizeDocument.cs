using System.Globalization;
using System.Text.Json;
using ServerlessInference.Sessions;
using ServerlessInference.Tool.Output;

namespace ServerlessInference.Tool.Commands;

/// <summary>The result of <c>optimize</c>.</summary>
internal sealed record OptimizeDocument(string File, PreparedModel Prepared) : ITableDocument
{
    private string Level => Prepared.Level == PreparationLevel.All ? "all" : "extended";

    /// <inheritdoc />
    public void WriteJson(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("file"u8, File);
        writer.WriteString("prepared"u8, Prepared.File);
        writer.WriteString("record"u8, Prepared.Record);
        writer.WriteNumber("size"u8, Prepared.Length);
        writer.WriteString("level"u8, Level);
        writer.WriteString("processor"u8, Prepared.Processor);
        writer.WriteString("onnxRuntime"u8, Prepared.OnnxRuntime);
        writer.WriteBoolean("aligned"u8, Prepared.Aligned);
        writer.WriteEndObject();
    }

    /// <inheritdoc />
    public void AddRows(Table table)
    {
        table.Add("file", File);
        table.Add("prepared", Prepared.File);
        table.Add("record", Prepared.Record);
        table.Add("size", Prepared.Length.ToString("N0", CultureInfo.InvariantCulture) + " bytes");
        table.Add("level", Level);
        table.Add("processor", Prepared.Processor);
        table.Add("onnxRuntime", Prepared.OnnxRuntime);
        table.Add("aligned", Prepared.Aligned ? "yes" : "no");
    }
}
