using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace ServerlessInference.Imaging.Processing;

/// <summary>
/// The normalised value of each of the 256 pixel values per colour, and the constants with which vector code computes the same values.
/// </summary>
/// <remarks>
/// <para>A value is <c>(float32(pixel × scale) - mean) / deviation</c>, each step rounded to float32, as in torchvision's <c>ToTensor</c>
/// and <c>Normalize</c>.</para>
/// <para>Vector code replaces each division by a multiplication with the reciprocal and corrects the result with two fused multiply-adds,
/// which is faster. Almost always this gives the correctly rounded quotient. To be certain, the constructor compares the bits of all 768
/// results with the table. If one differs, or the processor has no fused multiply-add, the table is used instead.</para>
/// </remarks>
internal sealed class PixelNormalizer
{
    /// <summary>The number of table entries per colour.</summary>
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
        bool isExact = true;
        for (int i = 0; i < Table.Length; i++)
        {
            int channel = i / Levels;
            int pixel = i % Levels;
            float scaled = (float)(pixel * options.Scale);
            Table[i] = (scaled - Means[channel]) / Deviations[channel];
            isExact &= BitConverter.SingleToInt32Bits(Compute(pixel, channel)) == BitConverter.SingleToInt32Bits(Table[i]);
        }

        CanCompute = isExact && (Fma.IsSupported || AdvSimd.IsSupported);
    }

    /// <summary>Gets the normalised values: 256 of red, then 256 of green, then 256 of blue.</summary>
    public float[] Table { get; }

    /// <summary>Gets a value indicating whether vector code may compute the values instead of looking them up.</summary>
    public bool CanCompute { get; }

    /// <summary>Gets a value indicating whether pixels are normalised after they are scaled.</summary>
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

    // The first product may be off by one unit in the last place. The fused multiply-add computes the remainder value - divisor × quotient
    // without rounding the product, and the second one adds the remainder's share to the quotient.
    private static float Divide(float value, float divisor, float reciprocal)
    {
        float quotient = value * reciprocal;
        float error = MathF.FusedMultiplyAdd(-divisor, quotient, value);
        return MathF.FusedMultiplyAdd(error, reciprocal, quotient);
    }
}
