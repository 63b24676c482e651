using System.Runtime.CompilerServices;

namespace ServerlessInference.Imaging.Formats.Jpeg;

/// <summary>Decodes the blocks of progressive scans (ITU-T T.81, annex G).</summary>
/// <remarks>
/// The first scan of a band of coefficients sends their upper bits. Each refinement scan adds one lower bit to every coefficient that is
/// not zero, and sends those that become non-zero with that bit. A run may end the band for many consecutive blocks at once.
/// </remarks>
internal static unsafe class ProgressiveBlockDecoder
{
    private const int LookupShift = 64 - HuffmanTable.LookupBits;

    /// <summary>Decodes the upper bits of a DC coefficient.</summary>
    /// <param name="cursor">The input.</param>
    /// <param name="block">The block.</param>
    /// <param name="predictor">The last DC value of the component.</param>
    /// <param name="table">The DC table.</param>
    /// <param name="low">The bit position of the scan.</param>
    public static void DecodeDcFirst(ref BitCursor cursor, short* block, int* predictor, HuffmanTable table, int low)
    {
        cursor.Refill();
        uint entry = NextEntry(ref cursor, table);
        int dc = *predictor;
        if ((int)entry >= 0)
        {
            dc += BitCursor.Extend(cursor.Bits << (int)(entry >> 8), (int)(entry >> 16));
        }

        cursor.Skip((int)(entry & 63));
        *predictor = dc;
        block[0] = (short)(dc << low);
    }

    /// <summary>Decodes the next lower bit of a DC coefficient.</summary>
    /// <param name="cursor">The input.</param>
    /// <param name="block">The block.</param>
    /// <param name="low">The bit position of the scan.</param>
    public static void DecodeDcRefinement(ref BitCursor cursor, short* block, int low)
    {
        cursor.Refill();
        block[0] |= (short)(cursor.Take(1) << low);
    }

    /// <summary>Decodes the upper bits of a band of AC coefficients.</summary>
    /// <param name="cursor">The input.</param>
    /// <param name="block">The block.</param>
    /// <param name="table">The AC table.</param>
    /// <param name="scan">The scan, which has the limits of the band.</param>
    /// <returns>The number of blocks after this one that have no coefficients in the band.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int DecodeAcFirst(ref BitCursor cursor, short* block, HuffmanTable table, JpegScan scan)
    {
        BitCursor local = cursor;
        byte* positions = ZigZag.Positions;
        int low = scan.ApproximationLow;
        int end = scan.SpectralEnd;
        int run = 0;
        for (int index = scan.SpectralStart - 1; index < end;)
        {
            local.Refill();
            uint entry = table.Lookup[local.Bits >> LookupShift];
            if ((int)entry < 0)
            {
                if (entry >= (HuffmanTable.Special | (HuffmanTable.LongCode << 24)))
                {
                    entry = table.CreateLongEntry(local.Bits);
                }

                if ((int)entry < 0)
                {
                    local.Skip((int)(entry & 63));
                    int size = (int)(entry >> 24) & 15;
                    // 15 is a run of 16 zeros. Smaller sizes end the band; the run of blocks is 2^size plus the next "size" bits, and
                    // includes this block.
                    if (size != HuffmanTable.ZeroRun)
                    {
                        run = size == 0 ? 0 : (1 << size) - 1 + local.Take(size);
                        break;
                    }

                    index += HuffmanTable.ZeroRun + 1;
                    continue;
                }
            }

            index += (int)(entry >> 24);
            block[positions[index]] = (short)(BitCursor.Extend(local.Bits << (int)(entry >> 8), (int)(entry >> 16)) << low);
            local.Skip((int)(entry & 63));
        }

        cursor = local;
        return run;
    }

    /// <summary>Decodes the next lower bit of a band of AC coefficients.</summary>
    /// <param name="cursor">The input.</param>
    /// <param name="block">The block.</param>
    /// <param name="table">The AC table.</param>
    /// <param name="scan">The scan, which has the limits of the band.</param>
    /// <param name="run">
    /// The number of blocks, including this one, that have no new coefficients in the band; 0 if the codes of this block follow.
    /// </param>
    /// <returns>The number of blocks after this one that have no new coefficients in the band.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int DecodeAcRefinement(ref BitCursor cursor, short* block, HuffmanTable table, JpegScan scan, int run)
    {
        BitCursor local = cursor;
        byte* positions = ZigZag.Positions;
        int bit = 1 << scan.ApproximationLow;
        int end = scan.SpectralEnd;
        int index = scan.SpectralStart;
        for (; run == 0 && index <= end; index++)
        {
            local.Refill();
            uint entry = NextEntry(ref local, table);
            int value = 0;
            int zeros;
            if ((int)entry >= 0)
            {
                // A coefficient that becomes non-zero in a refinement scan has a single bit, whatever size the code states. It is the sign.
                int codeLength = (int)(entry >> 8) & 63;
                local.Skip(codeLength);
                value = local.Take(1) != 0 ? bit : -bit;
                zeros = (int)(entry >> 24) - 1;
            }
            else
            {
                local.Skip((int)(entry & 63));
                zeros = (int)(entry >> 24) & 15;
                if (zeros != HuffmanTable.ZeroRun)
                {
                    run = (1 << zeros) + (zeros == 0 ? 0 : local.Take(zeros));
                    break;
                }
            }

            // The run counts only coefficients that are still zero. On the way, every non-zero coefficient is refined by one bit.
            for (; index <= end; index++)
            {
                short* coefficient = block + positions[index];
                if (*coefficient != 0)
                {
                    Refine(ref local, coefficient, bit);
                }
                else if (--zeros < 0)
                {
                    break;
                }
            }

            if (value != 0)
            {
                block[positions[index]] = (short)value;
            }
        }

        // The rest of the band has no new coefficients, but those that are not zero are still refined.
        if (run > 0)
        {
            for (; index <= end; index++)
            {
                short* coefficient = block + positions[index];
                if (*coefficient != 0)
                {
                    Refine(ref local, coefficient, bit);
                }
            }

            run--;
        }

        cursor = local;
        return run;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint NextEntry(ref BitCursor cursor, HuffmanTable table)
    {
        uint entry = table.Lookup[cursor.Bits >> LookupShift];
        return entry >= (HuffmanTable.Special | (HuffmanTable.LongCode << 24)) ? table.CreateLongEntry(cursor.Bits) : entry;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Refine(ref BitCursor cursor, short* coefficient, int bit)
    {
        if (cursor.Count == 0)
        {
            cursor.Refill();
        }

        // The bit that is read is practically random, so a branch on it would often be mispredicted; masks replace it. The bit increases
        // the magnitude of the coefficient. One that already has the bit, in damaged data, does not change.
        int value = *coefficient;
        int change = -cursor.Take(1) & bit & ~value;
        int negative = value >> 31;
        *coefficient = (short)(value + ((change ^ negative) - negative));
    }
}
