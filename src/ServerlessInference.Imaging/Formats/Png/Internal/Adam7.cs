namespace ServerlessInference.Imaging.Formats.Png;

/// <summary>The seven passes of an interlaced PNG. Source: ISO/IEC 15948, clause 8.2.</summary>
/// <remarks>
/// Each pass is a smaller image that has every n-th pixel of every m-th row. The passes differ in where they start and how far they step;
/// together they cover each pixel once.
/// </remarks>
internal static class Adam7
{
    public const int Passes = 7;

    private static ReadOnlySpan<byte> StartX => [0, 4, 0, 2, 0, 1, 0];

    private static ReadOnlySpan<byte> StartY => [0, 0, 4, 0, 2, 0, 1];

    private static ReadOnlySpan<byte> StepX => [8, 8, 4, 4, 2, 2, 1];

    private static ReadOnlySpan<byte> StepY => [8, 8, 8, 4, 4, 2, 2];

    public static int PassWidth(int pass, int width) => (int)(((long)width - StartX[pass] + StepX[pass] - 1) / StepX[pass]);

    public static int PassHeight(int pass, int height) => (int)(((long)height - StartY[pass] + StepY[pass] - 1) / StepY[pass]);

    public static int Row(int pass, int passRow) => StartY[pass] + (passRow * StepY[pass]);

    /// <summary>Distributes the RGB pixels of one row of a pass over the row of the image to which they belong.</summary>
    public static void Scatter(int pass, ReadOnlySpan<byte> passRow, Span<byte> imageRow)
    {
        int step = StepX[pass] * 3;
        int to = StartX[pass] * 3;
        for (int from = 0; from + 3 <= passRow.Length; from += 3, to += step)
        {
            passRow.Slice(from, 3).CopyTo(imageRow.Slice(to, 3));
        }
    }
}
