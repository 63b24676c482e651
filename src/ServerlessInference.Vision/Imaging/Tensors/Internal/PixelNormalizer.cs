using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace ServerlessInference.Vision.Imaging.Tensors.Internal;

/// <summary>The 256 values that the pixels of each colour can become, and constants with which vectors compute the same.</summary>
/// <remarks>
/// <para>Value: <c>(float32(pixel × scale) - mean) / deviation</c>, each step rounded to float32, as torchvision's <c>ToTensor</c> and
/// <c>Normalize</c> compute it.</para>
/// <para>Vectors divide by a multiplication with the reciprocal, corrected by two fused multiply-adds. That this gives the table's bits
/// is checked for every one of its values when the table is made; where it does not, or fused operations are missing, the table is used.</para>
/// </remarks>
internal sealed class PixelNormalizer
{
    /// <summary>Values of one colour.</summary>
    public const int Levels = 256;

    public PixelNormalizer(ImagePreprocessingOptions options)
    {
        Divisor = (float)(1.0 / options.Scale);
        DivisorReciprocal = 1f / Divisor;
        Means = [options.Mean.Red, options.Mean.Green, options.Mean.Blue];
        Deviations = [options.StandardDeviation.Red, options.StandardDeviation.Green, options.StandardDeviation.Blue];
        DeviationReciprocals = [1f / Deviations[0], 1f / Deviations[1], 1f / Deviations[2]];
        Normalizes = Array.Exists(Means, mean => mean != 0) || Array.Exists(Deviations, deviation => deviation != 1);
        Table = new float[3 * Levels];
        bool same = true;
        for (int i = 0; i < Table.Length; i++)
        {
            int channel = i / Levels;
            int pixel = i % Levels;
            float scaled = (float)(pixel * options.Scale);
            Table[i] = (scaled - Means[channel]) / Deviations[channel];
            same &= BitConverter.SingleToInt32Bits(Compute(pixel, channel)) == BitConverter.SingleToInt32Bits(Table[i]);
        }

        CanCompute = same && (Fma.IsSupported || AdvSimd.IsSupported);
    }

    /// <summary>The values: those of red, of green, of blue.</summary>
    public float[] Table { get; }

    /// <summary>Whether vectors may compute instead of looking up.</summary>
    public bool CanCompute { get; }

    /// <summary>Whether there is anything to be done after scaling.</summary>
    public bool Normalizes { get; }

    public float Divisor { get; }

    public float DivisorReciprocal { get; }

    public float[] Means { get; }

    public float[] Deviations { get; }

    public float[] DeviationReciprocals { get; }

    private float Compute(int pixel, int channel)
    {
        float scaled = Divide(pixel, Divisor, DivisorReciprocal);
        return Normalizes ? Divide(scaled - Means[channel], Deviations[channel], DeviationReciprocals[channel]) : scaled;
    }

    private static float Divide(float value, float divisor, float reciprocal)
    {
        float quotient = value * reciprocal;
        float error = MathF.FusedMultiplyAdd(-divisor, quotient, value);
        return MathF.FusedMultiplyAdd(error, reciprocal, quotient);
    }
}
