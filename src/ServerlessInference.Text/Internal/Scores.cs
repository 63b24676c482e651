using ServerlessInference.Pipelines;

namespace ServerlessInference.Text.Internal;

/// <summary>From a classifier's outputs to scores and the best of them. Pure arithmetic.</summary>
internal static class Scores
{
    /// <summary>Softmax: the exponentials of the outputs less their maximum, as parts of their sum.</summary>
    internal static void Softmax(ReadOnlySpan<float> outputs, Span<float> scores)
    {
        float max = float.NegativeInfinity;
        foreach (float output in outputs)
        {
            max = Math.Max(max, output);
        }

        double sum = 0;
        for (int i = 0; i < outputs.Length; i++)
        {
            double exponential = Math.Exp(outputs[i] - (double)max);
            scores[i] = (float)exponential;
            sum += exponential;
        }

        for (int i = 0; i < outputs.Length; i++)
        {
            scores[i] = (float)(scores[i] / sum);
        }
    }

    /// <summary>The logistic function of each output.</summary>
    internal static void Sigmoid(ReadOnlySpan<float> outputs, Span<float> scores)
    {
        for (int i = 0; i < outputs.Length; i++)
        {
            scores[i] = (float)(1 / (1 + Math.Exp(-(double)outputs[i])));
        }
    }

    /// <summary>Takes the best scores, by falling score, of equal ones the lower index first.</summary>
    internal static LabelScore[] Best(ReadOnlySpan<float> scores, IReadOnlyList<string> labels, int topK, float minScore)
    {
        var best = new List<int>(Math.Min(topK, scores.Length));
        for (int i = 0; i < scores.Length; i++)
        {
            int place = best.Count;
            while (place > 0 && scores[i] > scores[best[place - 1]])
            {
                place--;
            }

            if (scores[i] >= minScore && place < topK)
            {
                if (best.Count == topK)
                {
                    best.RemoveAt(topK - 1);
                }

                best.Insert(place, i);
            }
        }

        var result = new LabelScore[best.Count];
        for (int i = 0; i < result.Length; i++)
        {
            int index = best[i];
            string label = index < labels.Count ? labels[index] : index.ToString(System.Globalization.CultureInfo.InvariantCulture);
            result[i] = new LabelScore(index, label, scores[index]);
        }

        return result;
    }
}
