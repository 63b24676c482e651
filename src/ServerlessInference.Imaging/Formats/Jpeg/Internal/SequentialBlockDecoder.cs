using System.Runtime.CompilerServices;

namespace ServerlessInference.Imaging.Formats.Jpeg;

/// <summary>Decodes the blocks of sequential scans (ITU-T T.81, F.2.2).</summary>
/// <remarks>
/// If a code is in the lookup, the code and its value together have at most 25 bits (10 + 15). So one refill, which provides 56 bits, is
/// enough for two of them.
/// </remarks>
internal static unsafe class SequentialBlockDecoder
{
    private const int LookupShift = 64 - HuffmanTable.LookupBits;
    private const int LastIndex = 63;

    /// <summary>Decodes the blocks of one MCU. Coefficients that are zero are not written.</summary>
    /// <param name="window">The input.</param>
    /// <param name="plans">The blocks of the MCU.</param>
    /// <param name="count">The number of blocks.</param>
    /// <param name="dcTables">The DC tables, by the index of the component in the scan.</param>
    /// <param name="acTables">The AC tables, by the index of the component in the scan.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void DecodeMcu(EntropyWindow window, BlockPlan* plans, int count, HuffmanTable[] dcTables, HuffmanTable[] acTables)
    {
        // A local copy, so that the compiler keeps the cursor in registers.
        BitCursor cursor = window.Cursor;
        for (BlockPlan* plan = plans; plan < plans + count; plan++)
        {
            cursor.Refill();
            int difference = 0;
            uint entry = plan->Dc[cursor.Bits >> LookupShift];
            if ((int)entry >= 0)
            {
                difference = BitCursor.Extend(cursor.Bits << (int)(entry >> 8), (int)(entry >> 16));
                cursor.Skip((int)(entry & 63));
            }
            else
            {
                if (entry >= (HuffmanTable.Special | (HuffmanTable.LongCode << 24)))
                {
                    entry = dcTables[plan->Component].CreateLongEntry(cursor.Bits);
                    if ((int)entry >= 0)
                    {
                        difference = BitCursor.Extend(cursor.Bits << (int)(entry >> 8), (int)(entry >> 16));
                    }
                }

                cursor.Skip((int)(entry & 63));
            }

            int dc = *plan->Predictor + difference;
            *plan->Predictor = dc;
            plan->Block[0] = (short)dc;
            cursor = plan->DcOnly
                ? SkipCoefficients(cursor, plan->Ac, acTables[plan->Component])
                : DecodeCoefficients(cursor, plan, acTables[plan->Component]);
        }

        window.Cursor = cursor;
    }

    // Damaged data may advance the index by up to 16 past the last coefficient. ZigZag.Positions has that many entries more, which all
    // refer to the last coefficient, so the index need not be checked before it is used.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static BitCursor DecodeCoefficients(BitCursor cursor, BlockPlan* plan, HuffmanTable table)
    {
        uint* lookup = plan->Ac;
        short* block = plan->Block;
        byte* positions = ZigZag.Positions;
        uint mask = 0;
        uint index = 0;
        while (true)
        {
            cursor.Refill();
            uint entry = lookup[cursor.Bits >> LookupShift];
            if ((int)entry >= 0)
            {
                index += entry >> 24;
                uint position = positions[index];
                block[position] = (short)BitCursor.Extend(cursor.Bits << (int)(entry >> 8), (int)(entry >> 16));
                mask |= position;
                cursor.Skip((int)(entry & 63));
                if (index >= LastIndex)
                {
                    break;
                }

                // The second code of the same refill.
                entry = lookup[cursor.Bits >> LookupShift];
                if ((int)entry >= 0)
                {
                    index += entry >> 24;
                    position = positions[index];
                    block[position] = (short)BitCursor.Extend(cursor.Bits << (int)(entry >> 8), (int)(entry >> 16));
                    mask |= position;
                    cursor.Skip((int)(entry & 63));
                    if (index >= LastIndex)
                    {
                        break;
                    }

                    continue;
                }
            }

            // A special entry: a code that is too long for the lookup, or a symbol without a value.
            if (entry >= (HuffmanTable.Special | (HuffmanTable.LongCode << 24)))
            {
                cursor.Refill();
                entry = table.CreateLongEntry(cursor.Bits);
                if ((int)entry >= 0)
                {
                    index += entry >> 24;
                    uint position = positions[index];
                    block[position] = (short)BitCursor.Extend(cursor.Bits << (int)(entry >> 8), (int)(entry >> 16));
                    mask |= position;
                    cursor.Skip((int)(entry & 63));
                    if (index >= LastIndex)
                    {
                        break;
                    }

                    continue;
                }
            }

            // A run of 16 zeros; every other symbol without a value ends the block.
            cursor.Skip((int)(entry & 63));
            index += HuffmanTable.ZeroRun + 1;
            if (entry >> 24 != ((HuffmanTable.Special >> 24) | HuffmanTable.ZeroRun) || index >= LastIndex)
            {
                break;
            }
        }

        plan->Mask = mask;
        return cursor;
    }

    // Parses the AC coefficients of a block without storing them.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static BitCursor SkipCoefficients(BitCursor cursor, uint* lookup, HuffmanTable table)
    {
        uint index = 0;
        do
        {
            cursor.Refill();
            uint entry = lookup[cursor.Bits >> LookupShift];
            if ((int)entry < 0)
            {
                if (entry >= (HuffmanTable.Special | (HuffmanTable.LongCode << 24)))
                {
                    entry = table.CreateLongEntry(cursor.Bits);
                }

                if ((int)entry < 0)
                {
                    cursor.Skip((int)(entry & 63));
                    index += HuffmanTable.ZeroRun + 1;
                    if (entry >> 24 != ((HuffmanTable.Special >> 24) | HuffmanTable.ZeroRun))
                    {
                        break;
                    }

                    continue;
                }
            }

            index += entry >> 24;
            cursor.Skip((int)(entry & 63));
        }
        while (index < LastIndex);

        return cursor;
    }
}
