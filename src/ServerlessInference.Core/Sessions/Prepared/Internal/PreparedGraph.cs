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
        writer.WriteStartObject("activations"u8);
        foreach ((string output, OutputActivation activation) in graph.Activations)
        {
            writer.WriteString(output, GetName(activation));
        }

        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    /// <summary>Reads the object at which the reader is; <see langword="null"/> if there is no object.</summary>
    public static GraphSummary? Read(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            return null;
        }

        bool dynamicQuantization = false;
        var activations = new Dictionary<string, OutputActivation>(StringComparer.Ordinal);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string? property = reader.GetString();
            reader.Read();
            switch (property)
            {
                case "dynamicQuantization":
                    dynamicQuantization = reader.GetBoolean();
                    break;
                case "activations" when reader.TokenType == JsonTokenType.StartObject:
                    ReadActivations(ref reader, activations);
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        return new GraphSummary(activations, dynamicQuantization);
    }

    private static void ReadActivations(ref Utf8JsonReader reader, Dictionary<string, OutputActivation> activations)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string output = reader.GetString()!;
            reader.Read();
            activations[output] = reader.GetString() switch
            {
                "none" => OutputActivation.None,
                "softmax" => OutputActivation.Softmax,
                "logSoftmax" => OutputActivation.LogSoftmax,
                "sigmoid" => OutputActivation.Sigmoid,
                _ => OutputActivation.Unknown,
            };
        }
    }

    private static string GetName(OutputActivation activation) => activation switch
    {
        OutputActivation.None => "none",
        OutputActivation.Softmax => "softmax",
        OutputActivation.LogSoftmax => "logSoftmax",
        OutputActivation.Sigmoid => "sigmoid",
        _ => "unknown",
    };
}
