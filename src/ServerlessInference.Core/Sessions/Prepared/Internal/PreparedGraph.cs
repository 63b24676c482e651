using System.Text.Json;
using ServerlessInference.Models.Graphs;

namespace ServerlessInference.Sessions.Prepared;

/// <summary>Writes and reads what a record says about the graph of the model that was prepared.</summary>
internal static class PreparedGraph
{
    public static void Write(Utf8JsonWriter writer, GraphSummary graph)
    {
        writer.WriteStartObject("graph"u8);
        writer.WriteBoolean("dynamicQuantization"u8, graph.HasDynamicQuantization);
        if (graph.DropsOtherLetters)
        {
            writer.WriteBoolean("dropsOtherLetters"u8, true);
        }

        if (graph.ClassNames is { } names)
        {
            writer.WriteStartArray("classes"u8);
            foreach (string name in names)
            {
                writer.WriteStringValue(name);
            }

            writer.WriteEndArray();
        }

        writer.WriteStartObject("activations"u8);
        foreach (OutputSummary output in graph.Outputs)
        {
            writer.WriteString(output.Name, GetName(output.Activation));
        }

        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    /// <summary>Reads the object at the position of the reader; <see langword="null"/> if something else is there.</summary>
    public static GraphSummary? Read(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            return null;
        }

        bool dynamicQuantization = false;
        bool dropsOtherLetters = false;
        List<string>? names = null;
        var outputs = new List<OutputSummary>();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string? property = reader.GetString();
            reader.Read();
            switch (property)
            {
                case "dynamicQuantization":
                    dynamicQuantization = reader.GetBoolean();
                    break;
                case "dropsOtherLetters":
                    dropsOtherLetters = reader.GetBoolean();
                    break;
                case "classes" when reader.TokenType == JsonTokenType.StartArray:
                    names = ReadNames(ref reader);
                    break;
                case "activations" when reader.TokenType == JsonTokenType.StartObject:
                    ReadActivations(ref reader, outputs);
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        return new GraphSummary([.. outputs], dynamicQuantization) { ClassNames = names, DropsOtherLetters = dropsOtherLetters };
    }

    private static List<string> ReadNames(ref Utf8JsonReader reader)
    {
        var names = new List<string>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            names.Add(reader.GetString()!);
        }

        return names;
    }

    private static void ReadActivations(ref Utf8JsonReader reader, List<OutputSummary> outputs)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string name = reader.GetString()!;
            reader.Read();
            OutputActivation activation = reader.GetString() switch
            {
                "none" => OutputActivation.None,
                "softmax" => OutputActivation.Softmax,
                "logSoftmax" => OutputActivation.LogSoftmax,
                "sigmoid" => OutputActivation.Sigmoid,
                "pooled" => OutputActivation.Pooled,
                _ => OutputActivation.Unknown,
            };
            outputs.Add(new OutputSummary(name, activation));
        }
    }

    private static string GetName(OutputActivation activation) => activation switch
    {
        OutputActivation.None => "none",
        OutputActivation.Softmax => "softmax",
        OutputActivation.LogSoftmax => "logSoftmax",
        OutputActivation.Sigmoid => "sigmoid",
        OutputActivation.Pooled => "pooled",
        _ => "unknown",
    };
}
