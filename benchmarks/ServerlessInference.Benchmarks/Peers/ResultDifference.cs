using ServerlessInference.Imaging;

namespace ServerlessInference.Benchmarks.Peers;

/// <summary>Says how far a peer's result is from ours, so that nobody compares times of different work.</summary>
internal static class ResultDifference
{
    public static string Pixels(ImageBuffer ours, ReadOnlySpan<byte> theirs, int width, int height)
    {
        if ((ours.Width, ours.Height) != (width, height))
        {
            return $"OTHER SIZE: {width} x {height} instead of {ours.Width} x {ours.Height}";
        }

        long sum = 0;
        int largest = 0;
        for (int i = 0; i < theirs.Length; i++)
        {
            int difference = Math.Abs(ours.Pixels[i] - theirs[i]);
            sum += difference;
            largest = Math.Max(largest, difference);
        }

        return largest == 0 ? "same pixels" : $"same size, pixels differ by {(double)sum / theirs.Length:F2} (mean), {largest} (most)";
    }

    public static string Tensors(ReadOnlySpan<float> ours, ReadOnlySpan<float> theirs)
    {
        double sum = 0;
        float largest = 0;
        for (int i = 0; i < ours.Length; i++)
        {
            float difference = MathF.Abs(ours[i] - theirs[i]);
            sum += difference;
            largest = MathF.Max(largest, difference);
        }

        return largest == 0 ? "same values" : $"same shape, values differ by {sum / ours.Length:F4} (mean), {largest:F2} (most)";
    }

    public static string Ids(ReadOnlySpan<int> ours, ReadOnlySpan<int> theirs)
    {
        if (ours.SequenceEqual(theirs))
        {
            return $"same {ours.Length} ids";
        }

        int at = ours.CommonPrefixLength(theirs);
        return $"OTHER IDS: {theirs.Length} instead of {ours.Length}, from {at} on";
    }
}
