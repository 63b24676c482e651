namespace ServerlessInference.Pipelines;

/// <summary>Converts the outputs of a classifier (logits) to scores.</summary>
/// <remarks>
/// <para>The score of an output has the same index. Both spans may be the same. Scores are computed in double precision and rounded to
/// float32; NaN stays NaN.</para>
/// <para>Thread-safe. These are plain loops instead of System.Numerics.Tensors: a thousand scores take microseconds either way, and its
/// generic code would take milliseconds to compile at each cold start.</para>
/// </remarks>
public static class ClassScores
{
    /// <summary>Computes the softmax, for classes of which exactly one applies.</summary>
    /// <param name="outputs">The outputs of the model for one row.</param>
    /// <param name="scores">Receives the scores, 0 to 1, whose sum is 1; at least as long as <paramref name="outputs"/>.</param>
    /// <exception cref="ArgumentException"><paramref name="scores"/> is shorter than <paramref name="outputs"/>.</exception>
    public static void Softmax(ReadOnlySpan<float> outputs, Span<float> scores)
    {
        Check(outputs, scores);
        float max = float.NegativeInfinity;
        foreach (float output in outputs)
        {
            max = Math.Max(max, output);
        }

        // Subtracting the maximum does not change the result, and keeps the exponentials from overflowing.
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

    /// <summary>Computes the logistic function of each output, for classes of which any number may apply.</summary>
    /// <param name="outputs">The outputs of the model for one row.</param>
    /// <param name="scores">Receives the scores, 0 to 1 each; at least as long as <paramref name="outputs"/>.</param>
    /// <exception cref="ArgumentException"><paramref name="scores"/> is shorter than <paramref name="outputs"/>.</exception>
    public static void Sigmoid(ReadOnlySpan<float> outputs, Span<float> scores)
    {
        Check(outputs, scores);
        for (int i = 0; i < outputs.Length; i++)
        {
            scores[i] = (float)(1 / (1 + Math.Exp(-(double)outputs[i])));
        }
    }

    private static void Check(ReadOnlySpan<float> outputs, Span<float> scores)
    {
        if (scores.Length < outputs.Length)
        {
            throw new ArgumentException(
                $"{outputs.Length} outputs need as many scores, but there is room for {scores.Length}.", nameof(scores));
        }
    }
}
