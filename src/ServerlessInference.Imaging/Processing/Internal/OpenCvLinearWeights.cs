namespace ServerlessInference.Imaging.Processing;

/// <summary>Computes the two neighbours and their weights, in 1/2048, of consecutive results along one axis.</summary>
/// <remarks>
/// Source: OpenCV 4.6, <c>resize</c> with <c>INTER_LINEAR</c> on 8-bit images. As there, positions are rounded to single precision and
/// weights are rounded half to even.
/// </remarks>
internal static class OpenCvLinearWeights
{
    /// <summary>The sum of a pair of weights.</summary>
    public const int One = 2048;

    /// <summary>Computes the neighbours and weights of one axis.</summary>
    /// <param name="source">The number of source samples.</param>
    /// <param name="resized">The length of the whole result.</param>
    /// <param name="first">The index of the first result that is needed.</param>
    /// <param name="starts">
    /// Receives the index of the first neighbour of each result. It may be outside the source for the first and last results.
    /// </param>
    /// <param name="weights">Receives two weights per result.</param>
    public static void Fill(int source, int resized, int first, Span<int> starts, Span<short> weights)
    {
        double scale = 1.0 / ((double)resized / source);
        for (int i = 0; i < starts.Length; i++)
        {
            float at = (float)(((first + i + 0.5) * scale) - 0.5);
            int start = (int)MathF.Floor(at);
            float right = at - start;
            starts[i] = start;
            weights[2 * i] = (short)MathF.Round((1f - right) * One);
            weights[(2 * i) + 1] = (short)MathF.Round(right * One);
        }
    }
}
