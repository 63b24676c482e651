using System.Globalization;
using System.Text.Json;

namespace ServerlessInference.Pipelines;

/// <summary>A label and its score.</summary>
/// <param name="Index">The index of the label in the output of the model.</param>
/// <param name="Label">The label; the index as text if the model has no labels.</param>
/// <param name="Score">The score: a probability from 0 to 1, unless the pipeline states otherwise.</param>
public readonly record struct LabelScore(int Index, string Label, float Score)
{
    /// <summary>Writes <c>{"index":0,"label":"cat","score":0.9}</c>.</summary>
    /// <param name="writer">Receives the object.</param>
    public void WriteTo(Utf8JsonWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteStartObject();
        writer.WriteNumber("index"u8, Index);
        writer.WriteString("label"u8, Label);
        writer.WriteNumber("score"u8, Score);
        writer.WriteEndObject();
    }

    /// <summary>Selects the best of a row of scores.</summary>
    /// <param name="scores">One score per label. NaN is never selected.</param>
    /// <param name="labels">The labels. If a label is missing, its index is used instead.</param>
    /// <param name="topK">The maximum number of results, at least 1.</param>
    /// <param name="minScore">The lowest score that is selected.</param>
    /// <returns>The best labels, highest score first; of equal scores the one with the lower index first.</returns>
    public static LabelScore[] Best(ReadOnlySpan<float> scores, IReadOnlyList<string> labels, int topK, float minScore)
    {
        ArgumentNullException.ThrowIfNull(labels);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(topK);
        int k = Math.Min(topK, scores.Length);
        var best = new List<int>(k);
        for (int i = 0; i < scores.Length; i++)
        {
            float score = scores[i];
            if (!(score >= minScore) || (best.Count == k && !(score > scores[best[^1]])))
            {
                continue;
            }

            int place = best.Count;
            while (place > 0 && score > scores[best[place - 1]])
            {
                place--;
            }

            if (best.Count == k)
            {
                best.RemoveAt(k - 1);
            }

            best.Insert(place, i);
        }

        var top = new LabelScore[best.Count];
        for (int i = 0; i < top.Length; i++)
        {
            int index = best[i];
            string label = index < labels.Count ? labels[index] : index.ToString(CultureInfo.InvariantCulture);
            top[i] = new LabelScore(index, label, scores[index]);
        }

        return top;
    }
}
