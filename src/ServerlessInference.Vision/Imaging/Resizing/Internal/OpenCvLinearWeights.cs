namespace ServerlessInference.Vision.Imaging.Resizing.Internal;

/// <summary>For a run of results along one axis: OpenCV's left of the two neighbours and the weights of both, in 1/2048.</summary>
/// <remarks>Source: OpenCV 4.6, <c>resize</c> with <c>INTER_LINEAR</c> on 8-bit images; positions in single precision, weights rounded half to even.</remarks>
internal static class OpenCvLinearWeights
{
    /// <summary>The sum of a pair of weights.</summary>
    public const int One = 2048;

    /// <summary>Computes one axis.</summary>
    /// <param name="source">Samples of the source.</param>
    /// <param name="resized">Samples of the whole result.</param>
    /// <param name="first">The first wanted result.</param>
    /// <param name="starts">Takes the left neighbours; for the first and last results they may lie outside the source.</param>
    /// <param name="weights">Takes two weights for each result.</param>
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
