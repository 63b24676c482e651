using System.Numerics.Tensors;

namespace ServerlessInference.Text.Embeddings;

/// <summary>Pools token vectors and normalizes the result.</summary>
/// <remarks>Follows sentence-transformers' Pooling and Normalize modules: the mean over no tokens divides by 1e-9 and a vector of
/// length 0 is divided by 1e-12, so that no value becomes NaN.</remarks>
internal static class Pooling
{
    private const float MinDivisor = 1e-9f;

    /// <summary>Combines the vectors of the tokens into one.</summary>
    /// <param name="tokens">The vectors, one after the other: [length, size].</param>
    /// <param name="mask">1 for each token that counts. It may be shorter than the length; the remaining tokens are padding.</param>
    /// <param name="pooling">Any but <see cref="TextPooling.Auto"/>.</param>
    /// <param name="vector">Receives the result; its length is the size of a vector.</param>
    internal static void Pool(ReadOnlySpan<float> tokens, ReadOnlySpan<int> mask, TextPooling pooling, Span<float> vector)
    {
        int size = vector.Length;
        switch (pooling)
        {
            case TextPooling.Class:
                tokens[..size].CopyTo(vector);
                break;
            case TextPooling.LastToken:
                CopyLast(tokens, mask, vector);
                break;
            case TextPooling.WeightedMean:
                AverageWeighted(tokens, mask, vector);
                break;
            default:
                Accumulate(tokens, mask, pooling, vector);
                break;
        }
    }

    /// <summary>Scales a vector to length 1.</summary>
    internal static void Normalize(Span<float> vector)
    {
        double sum = 0;
        foreach (float value in vector)
        {
            sum += (double)value * value;
        }

        TensorPrimitives.Divide(vector, (float)Math.Max(Math.Sqrt(sum), 1e-12), vector);
    }

    private static void Accumulate(ReadOnlySpan<float> tokens, ReadOnlySpan<int> mask, TextPooling pooling, Span<float> vector)
    {
        int size = vector.Length;
        vector.Fill(pooling == TextPooling.Max ? -1e9f : 0);
        int count = 0;
        for (int i = 0; i < mask.Length; i++)
        {
            if (mask[i] == 0)
            {
                continue;
            }

            ReadOnlySpan<float> token = tokens.Slice(i * size, size);
            if (pooling == TextPooling.Max)
            {
                TensorPrimitives.Max(vector, token, vector);
            }
            else
            {
                TensorPrimitives.Add(vector, token, vector);
            }

            count++;
        }

        if (pooling != TextPooling.Max)
        {
            float tokensCounted = Math.Max(count, MinDivisor);
            float divisor = pooling == TextPooling.MeanSquareRoot ? MathF.Sqrt(tokensCounted) : tokensCounted;
            TensorPrimitives.Divide(vector, divisor, vector);
        }
    }

    private static void AverageWeighted(ReadOnlySpan<float> tokens, ReadOnlySpan<int> mask, Span<float> vector)
    {
        int size = vector.Length;
        vector.Clear();
        float weights = 0;
        for (int i = 0; i < mask.Length; i++)
        {
            if (mask[i] != 0)
            {
                float weight = i + 1;
                TensorPrimitives.MultiplyAdd(tokens.Slice(i * size, size), weight, vector, vector);
                weights += weight;
            }
        }

        TensorPrimitives.Divide(vector, Math.Max(weights, MinDivisor), vector);
    }

    private static void CopyLast(ReadOnlySpan<float> tokens, ReadOnlySpan<int> mask, Span<float> vector)
    {
        int last = mask.LastIndexOf(1);
        if (last < 0)
        {
            vector.Clear();
            return;
        }

        tokens.Slice(last * vector.Length, vector.Length).CopyTo(vector);
    }
}
