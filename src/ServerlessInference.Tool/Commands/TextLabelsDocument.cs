using System.Globalization;
using System.Text.Json;
using ServerlessInference.Pipelines;
using ServerlessInference.Tool.Output;

namespace ServerlessInference.Tool.Commands;

/// <summary>The result of <c>classify-text</c> for a line.</summary>
internal sealed record TextLabelsDocument(int Line, IReadOnlyList<LabelScore> Top) : ITableDocument
{
    /// <summary>Creates the result of a classical model: the label that the model chose, then the others by falling probability.</summary>
    public static TextLabelsDocument Create(int line, LabelPrediction prediction) => new(
        line,
        prediction.Probabilities.Count == 0
            ? [new LabelScore(0, prediction.Label, 1)]
            :
            [
                .. prediction.Probabilities
                    .OrderByDescending(label => label.Label == prediction.Label)
                    .ThenByDescending(label => label.Score),
            ]);

    /// <inheritdoc />
    public void WriteJson(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteNumber("line"u8, Line);
        ClassifyDocument.WriteTop(writer, Top);
        writer.WriteEndObject();
    }

    /// <inheritdoc />
    public void AddRows(Table table) => table.Add(
        Line.ToString(CultureInfo.InvariantCulture),
        Top.Count > 0 ? Top[0].Label : "nothing",
        Top.Count > 0 ? Top[0].Score.ToString("0.000", CultureInfo.InvariantCulture) : string.Empty);
}
