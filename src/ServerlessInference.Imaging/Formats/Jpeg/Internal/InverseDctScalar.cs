namespace ServerlessInference.Imaging.Formats.Jpeg;

/// <summary>The 8 by 8 inverse DCT without vectors, and the reference for the two vector implementations.</summary>
/// <remarks>
/// If damaged data overflows, results wrap and saturate as in the SSE2 and AVX2 code of libjpeg-turbo: sums of two inputs and products with
/// the multipliers wrap to 16 bits, and the results of each pass saturate to 16 bits.
/// </remarks>
internal static unsafe class InverseDctScalar
{
    /// <summary>Transforms one block.</summary>
    /// <param name="block">The coefficients. Rows are <see cref="ZigZag.RowStride"/> values apart.</param>
    /// <param name="multipliers">The multipliers, with the same layout.</param>
    /// <param name="target">Receives 8 rows of 8 samples.</param>
    /// <param name="stride">The number of bytes from one row of samples to the next.</param>
    /// <param name="firstRowOnly">Whether all coefficients outside the first row are zero.</param>
    public static void Transform(short* block, short* multipliers, byte* target, nint stride, bool firstRowOnly)
    {
        short* work = stackalloc short[64];
        short* column = stackalloc short[8];
        for (int x = 0; x < 8; x++)
        {
            for (int y = 0; y < 8; y++)
            {
                int at = (y * ZigZag.RowStride) + x;
                column[y] = (short)(block[at] * multipliers[at]);
            }

            if (firstRowOnly)
            {
                new Span<short>(column, 8).Fill((short)(column[0] << DctConstants.PassBits));
            }
            else
            {
                Pass(column, DctConstants.FirstShift);
            }

            for (int y = 0; y < 8; y++)
            {
                work[(y * 8) + x] = column[y];
            }
        }

        for (int y = 0; y < 8; y++)
        {
            Pass(work + (y * 8), DctConstants.SecondShift);
            for (int x = 0; x < 8; x++)
            {
                target[(y * stride) + x] = (byte)(Math.Clamp((int)work[(y * 8) + x], -128, 127) + 128);
            }
        }
    }

    /// <summary>Computes the value that all samples of a block have if it has only a DC coefficient.</summary>
    /// <param name="coefficient">The DC coefficient.</param>
    /// <param name="multiplier">The multiplier of the DC coefficient.</param>
    /// <returns>The sample.</returns>
    public static byte DcSample(short coefficient, short multiplier)
    {
        int value = (short)((short)(coefficient * multiplier) << DctConstants.PassBits);
        int sample = (value + (1 << (DctConstants.PassBits + 2))) >> (DctConstants.PassBits + 3);
        return (byte)(Math.Clamp(sample, -128, 127) + 128);
    }

    // A one-dimensional transform of eight values. The even inputs give even0 to even3, the odd ones odd0 to odd3; each pair of outputs is
    // the sum and the difference of an even and an odd part. Adding "round" once per even part rounds all eight shifts.
    private static void Pass(short* x, int shift)
    {
        int even3 = (x[2] * DctConstants.C2) + (x[6] * DctConstants.C6);
        int even2 = (x[2] * DctConstants.C6) + (x[6] * DctConstants.MinusC2);
        int round = 1 << (shift - 1);
        int even0 = ((short)(x[0] + x[4]) << DctConstants.ConstBits) + round;
        int even1 = ((short)(x[0] - x[4]) << DctConstants.ConstBits) + round;

        int z3 = (short)(x[7] + x[3]);
        int z4 = (short)(x[5] + x[1]);
        int sum3 = (z3 * DctConstants.MinusC5) + (z4 * DctConstants.C3);
        int sum4 = (z3 * DctConstants.C3) + (z4 * DctConstants.C5);
        int odd0 = (x[7] * DctConstants.Odd0Own) + (x[1] * DctConstants.OddOuter) + sum3;
        int odd1 = (x[5] * DctConstants.Odd1Own) + (x[3] * DctConstants.OddInner) + sum4;
        int odd2 = (x[5] * DctConstants.OddInner) + (x[3] * DctConstants.Odd2Own) + sum3;
        int odd3 = (x[7] * DctConstants.OddOuter) + (x[1] * DctConstants.Odd3Own) + sum4;

        x[0] = Saturate((even0 + even3 + odd3) >> shift);
        x[7] = Saturate((even0 + even3 - odd3) >> shift);
        x[1] = Saturate((even1 + even2 + odd2) >> shift);
        x[6] = Saturate((even1 + even2 - odd2) >> shift);
        x[2] = Saturate((even1 - even2 + odd1) >> shift);
        x[5] = Saturate((even1 - even2 - odd1) >> shift);
        x[3] = Saturate((even0 - even3 + odd0) >> shift);
        x[4] = Saturate((even0 - even3 - odd0) >> shift);
    }

    private static short Saturate(int value) => (short)Math.Clamp(value, short.MinValue, short.MaxValue);
}
