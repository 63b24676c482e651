using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace ServerlessInference.Imaging.Formats.Jpeg;

/// <summary>Transforms pairs of blocks of coefficients to samples, with the fastest implementation that the processor supports.</summary>
internal static unsafe class InverseDct
{
    // Masks of positions, which are 16 × row + column. Positions are only known or-ed together: a bit that is not set in the result is
    // not set in any position, so no coefficient is in the rows that need that bit. Rows 0 and 4 have neither bit 0 nor bit 1 of the row.
    private const uint BelowFirstRow = 0x70;
    private const uint OutsideRows0And4 = 0x30;

    /// <summary>Transforms two adjacent blocks.</summary>
    /// <param name="pair">The coefficients of both blocks.</param>
    /// <param name="component">The component, which has the multipliers and the size.</param>
    /// <param name="target">Receives the samples of both blocks, side by side.</param>
    /// <param name="left">The bitwise or of the positions of all AC coefficients of the left block that are not zero.</param>
    /// <param name="right">The same for the right block.</param>
    public static void Transform(short* pair, JpegComponent component, byte* target, uint left, uint right)
    {
        short* multipliers = component.Multipliers;
        nint stride = component.RowStride;
        switch (component.ScaledSize)
        {
            case 8:
                Transform8(pair, multipliers, target, stride, left, right);
                break;
            case 4:
                Transform4(pair, multipliers, target, stride, left);
                Transform4(pair + 8, multipliers, target + 4, stride, right);
                break;
            case 2 when Lanes.IsSupported128:
                ReducedInverseDct128.Transform2(pair, multipliers, target, stride);
                ReducedInverseDct128.Transform2(pair + 8, multipliers, target + 2, stride);
                break;
            case 2:
                ReducedInverseDct.Transform2(pair, multipliers, target, stride);
                ReducedInverseDct.Transform2(pair + 8, multipliers, target + 2, stride);
                break;
            default:
                target[0] = ReducedInverseDct.Transform1(pair[0], multipliers[0]);
                target[1] = ReducedInverseDct.Transform1(pair[8], multipliers[0]);
                break;
        }
    }

    private static void Transform8(short* pair, short* multipliers, byte* target, nint stride, uint left, uint right)
    {
        // Flat blocks are frequent, above all in the colour components.
        if ((left | right) == 0)
        {
            byte leftSample = InverseDctScalar.DcSample(pair[0], multipliers[0]);
            byte rightSample = InverseDctScalar.DcSample(pair[8], multipliers[0]);
            Fill(target, stride, leftSample, rightSample);
            return;
        }

        bool leftFirstRowOnly = (left & BelowFirstRow) == 0;
        bool rightFirstRowOnly = (right & BelowFirstRow) == 0;
        if (Avx2.IsSupported)
        {
            InverseDctPair.Transform(pair, multipliers, target, stride, leftFirstRowOnly, rightFirstRowOnly);
        }
        else if (Lanes.IsSupported128)
        {
            InverseDct128.Transform(pair, multipliers, target, stride, leftFirstRowOnly);
            InverseDct128.Transform(pair + 8, multipliers, target + 8, stride, rightFirstRowOnly);
        }
        else
        {
            InverseDctScalar.Transform(pair, multipliers, target, stride, leftFirstRowOnly);
            InverseDctScalar.Transform(pair + 8, multipliers, target + 8, stride, rightFirstRowOnly);
        }
    }

    private static void Transform4(short* block, short* multipliers, byte* target, nint stride, uint mask)
    {
        if (mask == 0)
        {
            uint samples = InverseDctScalar.DcSample(block[0], multipliers[0]) * 0x01010101u;
            for (int y = 0; y < 4; y++)
            {
                Unsafe.WriteUnaligned(target + (y * stride), samples);
            }
        }
        else if (Lanes.IsSupported128)
        {
            ReducedInverseDct128.Transform4(block, multipliers, target, stride, (mask & OutsideRows0And4) == 0);
        }
        else
        {
            ReducedInverseDct.Transform4(block, multipliers, target, stride, (mask & OutsideRows0And4) == 0);
        }
    }

    private static void Fill(byte* target, nint stride, byte left, byte right)
    {
        const ulong Repeat = 0x0101010101010101;
        for (int y = 0; y < 8; y++, target += stride)
        {
            Unsafe.WriteUnaligned(target, left * Repeat);
            Unsafe.WriteUnaligned(target + 8, right * Repeat);
        }
    }
}
