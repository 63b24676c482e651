namespace ServerlessInference.Text.Internal;

/// <summary>From a classifier's outputs to scores. Pure arithmetic.</summary>
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
}
