using System.Runtime.CompilerServices;

namespace ServerlessInference.Imaging.Formats.Webp;

/// <summary>Decodes the coefficients of a 4x4 block. Source: RFC 6386, section 13.</summary>
internal static unsafe class Vp8Coefficients
{
    private const int Count = 16;

    // Section 13: the position in the block of each coefficient, in the order in which they are stored.
    private static ReadOnlySpan<byte> Positions => [0, 1, 4, 8, 5, 2, 3, 6, 9, 12, 13, 10, 7, 11, 14, 15];

    // Section 13.2: values from 5 on have a category, which gives the smallest value and the probabilities of the bits to be added to it.
    private static ReadOnlySpan<byte> CategoryBase => [5, 7, 11, 19, 35, 67];

    private static ReadOnlySpan<byte> CategoryStart => [0, 1, 3, 6, 10, 15, 26];

    private static ReadOnlySpan<byte> CategoryBits =>
    [
        159,
        165, 145,
        173, 148, 140,
        176, 155, 140, 135,
        180, 157, 141, 134, 130,
        254, 254, 243, 230, 196, 177, 153, 140, 133, 130, 129,
    ];

    /// <summary>Decodes a block.</summary>
    /// <param name="reader">The partition.</param>
    /// <param name="bulkLimit">See <see cref="Vp8BoolReader.GetBulkLimit"/>.</param>
    /// <param name="probabilities">The probabilities of the block's type.</param>
    /// <param name="context">The number of neighbours, above and to the left, that have coefficients.</param>
    /// <param name="first">The index of the first coefficient: 1 if the DC is elsewhere, otherwise 0.</param>
    /// <param name="dc">The factor of the first coefficient.</param>
    /// <param name="ac">The factor of the others.</param>
    /// <param name="output">Receives the coefficients that are not zero, multiplied by their factors.</param>
    /// <returns>The index after the last coefficient.</returns>
    // Not inlined: in a larger method the reader would not be kept in registers.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static int Decode(
        ref Vp8BoolReader reader, byte* bulkLimit, byte* probabilities, int context, int first, int dc, int ac, short* output)
    {
        // A local copy, so that the compiler keeps the reader in registers.
        Vp8BoolReader local = reader;

        // No block ends after a zero, so there the question is not asked.
        bool mayEnd = true;
        int index = first;
        for (; index < Count; index++)
        {
            byte* p = probabilities + (index * Vp8FrameHeader.PositionStride) + (context * Vp8Tables.TokenProbabilities);
            if (mayEnd && !local.Read(p[0], bulkLimit))
            {
                break;
            }

            if (!local.Read(p[1], bulkLimit))
            {
                mayEnd = false;
                context = 0;
                continue;
            }

            mayEnd = true;
            int value = 1;
            context = 1;
            if (local.Read(p[2], bulkLimit))
            {
                context = 2;
                if (local.Read(p[3], bulkLimit))
                {
                    // A further copy, because the one in registers must have no address.
                    Vp8BoolReader copy = local;
                    value = ReadCategory(ref copy, bulkLimit, p);
                    local = copy;
                }
                else
                {
                    value = !local.Read(p[4], bulkLimit) ? 2 : local.Read(p[5], bulkLimit) ? 4 : 3;
                }
            }

            value = local.ReadSign(value, bulkLimit);
            output[Positions[index]] = (short)(value * (index == 0 ? dc : ac));
        }

        reader = local;
        return index;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static int ReadCategory(ref Vp8BoolReader reader, byte* bulkLimit, byte* p)
    {
        int category;
        if (!reader.Read(p[6], bulkLimit))
        {
            category = reader.Read(p[7], bulkLimit) ? 1 : 0;
        }
        else if (!reader.Read(p[8], bulkLimit))
        {
            category = reader.Read(p[9], bulkLimit) ? 3 : 2;
        }
        else
        {
            category = reader.Read(p[10], bulkLimit) ? 5 : 4;
        }

        int extra = 0;
        for (int i = CategoryStart[category]; i < CategoryStart[category + 1]; i++)
        {
            extra = (extra << 1) | (reader.Read(CategoryBits[i], bulkLimit) ? 1 : 0);
        }

        return CategoryBase[category] + extra;
    }
}
