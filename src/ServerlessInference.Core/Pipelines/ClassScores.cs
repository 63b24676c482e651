namespace ServerlessInference.Pipelines;

/// <summary>From a classifier's outputs (logits) to scores.</summary>
/// <remarks>
/// <para>Any number of float32; each output has its score at the same index. Both spans may be the same. Computed in double precision and
/// rounded; what is not a number stays so.</para>
/// <para>Thread-safe. Loops rather than System.Numerics.Tensors: a thousand scores take microseconds either way, and its generic code
/// milliseconds to compile at each cold start.</para>
/// </remarks>
public static class ClassScores
{
    /// <summary>Softmax: exponentials as parts of their sum, for classes of which one applies.</summary>
    /// <param name="outputs">The model's outputs of one row.</param>
    /// <param name="scores">Takes the scores, 0 to 1, with the sum 1; as long as <paramref name="outputs"/> or longer.</param>
    /// <exception cref="ArgumentException"><paramref name="scores"/> is shorter than <paramref name="outputs"/>.</exception>
    public static void Softmax(ReadOnlySpan<float> outputs, Span<float> scores)
    {
        Check(outputs, scores);
        float max = float.NegativeInfinity;
        foreach (float output in outputs)
        {
            max = Math.Max(max, output);
        }

        // Subtracting the maximum keeps the exponentials in range.
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

    /// <summary>The logistic function of each output, for classes each of which may apply.</summary>
    /// <param name="outputs">The model's outputs of one row.</param>
    /// <param name="scores">Takes the scores, 0 to 1 each; as long as <paramref name="outputs"/> or longer.</param>
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
            throw new ArgumentException($"{outputs.Length} outputs need as many scores, and there is room for {scores.Length}.", nameof(scores));
        }
    }
}
