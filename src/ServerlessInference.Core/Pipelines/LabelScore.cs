using System.Globalization;
using System.Text.Json;

namespace ServerlessInference.Pipelines;

/// <summary>A label with the score that a model gives it.</summary>
/// <param name="Index">The label's index in the model's output.</param>
/// <param name="Label">The label; the index as text where the model has no labels.</param>
/// <param name="Score">The score: a probability, 0 to 1, unless the pipeline says otherwise.</param>
public readonly record struct LabelScore(int Index, string Label, float Score)
{
    /// <summary>Writes it as <c>{"index":0,"label":"cat","score":0.9}</c>.</summary>
    /// <param name="writer">Takes the object.</param>
    public void WriteTo(Utf8JsonWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteStartObject();
        writer.WriteNumber("index"u8, Index);
        writer.WriteString("label"u8, Label);
        writer.WriteNumber("score"u8, Score);
        writer.WriteEndObject();
    }

    /// <summary>Takes the best of a row of scores.</summary>
    /// <param name="scores">A score for each label; NaN is never taken.</param>
    /// <param name="labels">The labels; where one is missing, the index stands for it.</param>
    /// <param name="topK">How many are taken at most, at least 1.</param>
    /// <param name="minScore">The lowest score that is taken.</param>
    /// <returns>The best by falling score; of equal scores the lower index first.</returns>
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
            top[i] = new LabelScore(index, index < labels.Count ? labels[index] : index.ToString(CultureInfo.InvariantCulture), scores[index]);
        }

        return top;
    }
}
