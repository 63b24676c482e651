using System.Text.Json;
using ServerlessInference.Models.Graphs;
using ServerlessInference.Models.Prepared;

namespace ServerlessInference.Sessions.Prepared;

/// <summary>The record next to a prepared model: what it was prepared from, by which version, and for which processors it is.</summary>
/// <param name="OnnxRuntime">The version of ONNX Runtime that wrote the model. Only this version can read it.</param>
/// <param name="Level">The level of optimisation, <c>all</c> or <c>extended</c>.</param>
/// <param name="Processor">A <see cref="ProcessorClass"/>.</param>
/// <param name="Source">The model that it was prepared from.</param>
/// <param name="SourceSample">A digest of samples of that model (<see cref="SourceSample"/>).</param>
/// <param name="Result">The prepared model itself.</param>
/// <param name="Graph">What the graph of the source says; <see langword="null"/> in records of earlier versions.</param>
internal sealed record PreparedRecord(
    string OnnxRuntime,
    string Level,
    string Processor,
    PreparedFile Source,
    string SourceSample,
    PreparedFile Result,
    GraphSummary? Graph = null)
{
    public const int CurrentFormat = 1;

    /// <summary>Reads a record. The parsing is written by hand because it happens at every cold start.</summary>
    /// <returns>The record; <see langword="null"/> if the JSON is not a record, or one of another format.</returns>
    public static PreparedRecord? TryRead(ReadOnlySpan<byte> json)
    {
        try
        {
            return Read(json);
        }
        catch (Exception exception) when (exception is JsonException or FormatException or InvalidOperationException)
        {
            return null;
        }
    }

    public byte[] ToJson()
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true }))
        {
            writer.WriteStartObject();
            writer.WriteNumber("format"u8, CurrentFormat);
            writer.WriteString("onnxRuntime"u8, OnnxRuntime);
            writer.WriteString("level"u8, Level);
            writer.WriteString("processor"u8, Processor);
            Source.Write(writer, "source"u8);
            writer.WriteString("sourceSample"u8, SourceSample);
            Result.Write(writer, "result"u8);
            if (Graph is not null)
            {
                PreparedGraph.Write(writer, Graph);
            }

            writer.WriteEndObject();
        }

        return stream.ToArray();
    }

    private static PreparedRecord? Read(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        string? runtime = null, level = null, processor = null, sample = null;
        PreparedFile? source = null, result = null;
        GraphSummary? graph = null;
        int format = 0;
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            return null;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string? name = reader.GetString();
            reader.Read();
            switch (name)
            {
                case "format":
                    format = reader.GetInt32();
                    break;
                case "onnxRuntime":
                    runtime = reader.GetString();
                    break;
                case "level":
                    level = reader.GetString();
                    break;
                case "processor":
                    processor = reader.GetString();
                    break;
                case "sourceSample":
                    sample = reader.GetString();
                    break;
                case "source":
                    source = PreparedFile.Read(ref reader);
                    break;
                case "result":
                    result = PreparedFile.Read(ref reader);
                    break;
                case "graph":
                    graph = PreparedGraph.Read(ref reader);
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        return format == CurrentFormat && runtime is not null && level is not null && processor is not null && sample is not null
            && source is not null && result is not null
            ? new PreparedRecord(runtime, level, processor, source, sample, result, graph)
            : null;
    }
}
