using System.Text.Json;

namespace ServerlessInference.Pipelines;

/// <summary>The prediction of a classical classifier for one row: a label, and the probabilities of all labels.</summary>
/// <param name="Label">The label that the model chose. Numbers are converted to text.</param>
/// <param name="Probabilities">The probability of each label, in the model's order; empty if the model returns none.</param>
public sealed record LabelPrediction(string Label, IReadOnlyList<LabelScore> Probabilities)
{
    /// <summary>Writes <c>{"label":"cat","probabilities":[{"index":0,"label":"cat","score":0.9}]}</c>.</summary>
    /// <param name="writer">Receives the object.</param>
    public void WriteTo(Utf8JsonWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteStartObject();
        writer.WriteString("label"u8, Label);
        writer.WriteStartArray("probabilities"u8);
        foreach (LabelScore probability in Probabilities)
        {
            probability.WriteTo(writer);
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }
}
