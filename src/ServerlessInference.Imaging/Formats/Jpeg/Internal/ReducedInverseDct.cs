namespace ServerlessInference.Imaging.Formats.Jpeg;

/// <summary>Inverse DCTs that transform a block to 4 by 4 samples, 2 by 2 samples or 1 sample, for decoding at 1/2, 1/4 and 1/8.</summary>
/// <remarks>
/// Each output of a pass is the average of 2, 4 or 8 adjacent outputs of the full transform. The factors are sums of the constants of the
/// full transform, with 13 fraction bits (<see cref="DctConstants.ConstBits"/>). The integer results equal those of libjpeg-turbo 2.1.5,
/// even if damaged data overflows.
/// </remarks>
internal static unsafe class ReducedInverseDct
{
    private const int Stride = ZigZag.RowStride;

    /// <summary>Transforms a block to 4 by 4 samples.</summary>
    /// <param name="block">The coefficients. Rows are <see cref="ZigZag.RowStride"/> values apart.</param>
    /// <param name="multipliers">The multipliers, with the same layout.</param>
    /// <param name="target">Receives the samples.</param>
    /// <param name="stride">The number of bytes from one row of samples to the next.</param>
    /// <param name="firstRowOnly">Whether all coefficients outside rows 0 and 4 are zero. Row 4 does not affect the result.</param>
    public static void Transform4(short* block, short* multipliers, byte* target, nint stride, bool firstRowOnly)
    {
        short* x = stackalloc short[8];
        short* work = stackalloc short[4 * 8];
        for (int column = 0; column < 8; column++)
        {
            Dequantize(block + column, multipliers + column, x);
            if (firstRowOnly)
            {
                work[column] = work[8 + column] = work[16 + column] = work[24 + column] = (short)(x[0] << DctConstants.PassBits);
            }
            else
            {
                Pass4(x, DctConstants.FirstShift + 1, work + column, 8);
            }
        }

        short* row = stackalloc short[4];
        for (int y = 0; y < 4; y++)
        {
            Pass4(work + (8 * y), DctConstants.SecondShift + 1, row, 1);
            for (int i = 0; i < 4; i++)
            {
                target[(y * stride) + i] = Sample(row[i]);
            }
        }
    }

    /// <summary>Transforms a block to 2 by 2 samples.</summary>
    /// <param name="block">The coefficients. Rows are <see cref="ZigZag.RowStride"/> values apart.</param>
    /// <param name="multipliers">The multipliers, with the same layout.</param>
    /// <param name="target">Receives the samples.</param>
    /// <param name="stride">The number of bytes from one row of samples to the next.</param>
    public static void Transform2(short* block, short* multipliers, byte* target, nint stride)
    {
        // As in libjpeg-turbo, column 0 keeps 32 bits between the passes, while the other columns saturate to 16. Columns 2, 4 and 6 do not
        // affect the result.
        int* top = stackalloc int[8];
        int* bottom = stackalloc int[8];
        for (int column = 0; column < 8; column++)
        {
            if (column is 2 or 4 or 6)
            {
                continue;
            }

            short* c = block + column;
            short* q = multipliers + column;
            int odd = Odd2(
                (short)(c[Stride] * q[Stride]),
                (short)(c[3 * Stride] * q[3 * Stride]),
                (short)(c[5 * Stride] * q[5 * Stride]),
                (short)(c[7 * Stride] * q[7 * Stride]));
            int even = ((short)(c[0] * q[0]) << (DctConstants.ConstBits + 2)) + (1 << (DctConstants.FirstShift + 1));
            top[column] = (even + odd) >> (DctConstants.FirstShift + 2);
            bottom[column] = (even - odd) >> (DctConstants.FirstShift + 2);
        }

        WriteRow2(top, target);
        WriteRow2(bottom, target + stride);
    }

    /// <summary>Transforms a block to one sample.</summary>
    /// <param name="coefficient">The DC coefficient.</param>
    /// <param name="multiplier">The multiplier of the DC coefficient.</param>
    /// <returns>The sample. Values beyond ±512 wrap, as in libjpeg's range-limit table.</returns>
    public static byte Transform1(short coefficient, short multiplier)
    {
        int value = ((coefficient * multiplier) + 4) >> 3;
        int wrapped = (value << 22) >> 22;
        return (byte)(Math.Clamp(wrapped, -128, 127) + 128);
    }

    private static void WriteRow2(int* x, byte* target)
    {
        int odd = Odd2(Saturate(x[1]), Saturate(x[3]), Saturate(x[5]), Saturate(x[7]));
        int even = (x[0] << (DctConstants.ConstBits + 2)) + (1 << (DctConstants.SecondShift + 1));
        target[0] = Sample(Saturate((even + odd) >> (DctConstants.SecondShift + 2)));
        target[1] = Sample(Saturate((even - odd) >> (DctConstants.SecondShift + 2)));
    }

    private static int Odd2(int x1, int x3, int x5, int x7) => (x1 * 29692) - (x3 * 10426) + (x5 * 6967) - (x7 * 5906);

    private static void Pass4(short* x, int shift, short* target, int stride)
    {
        int odd2 = (x[1] * 20995) + (x[3] * 7373) - (x[5] * 4926) - (x[7] * 4176);
        int odd0 = (x[1] * 8697) - (x[3] * 17799) + (x[5] * 11893) - (x[7] * 1730);
        int even0 = (x[0] << (DctConstants.ConstBits + 1)) + (1 << (shift - 1));
        int even2 = (x[2] * 15137) - (x[6] * 6270);
        target[0] = Saturate((even0 + even2 + odd2) >> shift);
        target[3 * stride] = Saturate((even0 + even2 - odd2) >> shift);
        target[stride] = Saturate((even0 - even2 + odd0) >> shift);
        target[2 * stride] = Saturate((even0 - even2 - odd0) >> shift);
    }

    private static void Dequantize(short* coefficients, short* multipliers, short* target)
    {
        for (int y = 0; y < 8; y++)
        {
            target[y] = (short)(coefficients[y * Stride] * multipliers[y * Stride]);
        }
    }

    private static short Saturate(int value) => (short)Math.Clamp(value, short.MinValue, short.MaxValue);

    private static byte Sample(short value) => (byte)(Math.Clamp((int)value, -128, 127) + 128);
}
