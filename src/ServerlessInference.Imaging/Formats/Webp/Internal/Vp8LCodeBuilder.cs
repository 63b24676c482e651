using System.Runtime.CompilerServices;

namespace ServerlessInference.Imaging.Formats.Webp;

/// <summary>Builds the tables of prefix codes. Source: RFC 9649, section 3.7.2.1.</summary>
internal sealed unsafe class Vp8LCodeBuilder
{
    private readonly ushort[] _sorted = new ushort[Vp8LCodeGroup.MaxSymbols];
    private readonly ushort[] _codes = new ushort[Vp8LCodeGroup.MaxSymbols];

    /// <summary>Builds the tables of a code at a position of the memory for tables, which grows as needed.</summary>
    /// <param name="lengths">The length of the code of each symbol; 0 for symbols that do not occur.</param>
    /// <param name="tables">The memory for tables.</param>
    /// <returns>The code without its table pointer.</returns>
    /// <exception cref="InvalidImageException">The lengths are not those of a complete code.</exception>
    public Vp8LCode Build(ReadOnlySpan<byte> lengths, Vp8LTables tables)
    {
        Span<int> counts = stackalloc int[Vp8LCode.MaxLength + 1];
        foreach (byte length in lengths)
        {
            counts[length]++;
        }

        int symbols = lengths.Length - counts[0];
        if (symbols == 0)
        {
            throw WebpErrors.Malformed("a prefix code has no symbols");
        }

        SortSymbols(lengths, counts);
        if (symbols == 1)
        {
            int single = tables.Allocate(1);
            tables.Memory[single] = (uint)_sorted[0] << 8;
            return new Vp8LCode { Offset = single };
        }

        int longest = CheckComplete(counts);
        int rootBits = Math.Min(longest, Vp8LCode.MaxRootBits);
        AssignCodes(lengths, symbols);
        int offset = Fill(lengths, symbols, rootBits, tables);
        return new Vp8LCode { Offset = offset, Mask = (1u << rootBits) - 1, RootBits = rootBits };
    }

    private void SortSymbols(ReadOnlySpan<byte> lengths, ReadOnlySpan<int> counts)
    {
        Span<int> next = stackalloc int[Vp8LCode.MaxLength + 1];
        for (int length = 1; length < Vp8LCode.MaxLength; length++)
        {
            next[length + 1] = next[length] + counts[length];
        }

        for (int symbol = 0; symbol < lengths.Length; symbol++)
        {
            if (lengths[symbol] != 0)
            {
                _sorted[next[lengths[symbol]]++] = (ushort)symbol;
            }
        }
    }

    // Every sequence of bits must start with exactly one code.
    private static int CheckComplete(ReadOnlySpan<int> counts)
    {
        int open = 1;
        int longest = 0;
        for (int length = 1; length <= Vp8LCode.MaxLength; length++)
        {
            open = (open << 1) - counts[length];
            if (open < 0)
            {
                break;
            }

            longest = counts[length] != 0 ? length : longest;
        }

        return open == 0 ? longest : throw WebpErrors.Malformed("the code lengths of a prefix code do not form a complete code");
    }

    // Codes are consecutive numbers, highest bit first, but are read lowest bit first: so a code is the reversed number.
    private void AssignCodes(ReadOnlySpan<byte> lengths, int symbols)
    {
        uint number = 0;
        int length = 0;
        for (int i = 0; i < symbols; i++, number++)
        {
            int next = lengths[_sorted[i]];
            number <<= next - length;
            length = next;
            _codes[i] = (ushort)Reverse(number, length);
        }
    }

    // Codes that are longer than the index of the first table share a further table with all codes that start with the same bits. It must
    // be large enough for the longest of them.
    private int Fill(ReadOnlySpan<byte> lengths, int symbols, int rootBits, Vp8LTables tables)
    {
        int offset = tables.Allocate(1 << rootBits);
        Span<byte> furtherBits = stackalloc byte[1 << rootBits];
        Span<int> furtherOffsets = stackalloc int[1 << rootBits];
        furtherBits.Clear();
        int firstLong = symbols;
        for (; firstLong > 0 && lengths[_sorted[firstLong - 1]] > rootBits; firstLong--)
        {
            ref byte bits = ref furtherBits[_codes[firstLong - 1] & ((1 << rootBits) - 1)];
            bits = Math.Max(bits, (byte)(lengths[_sorted[firstLong - 1]] - rootBits));
        }

        for (int i = 0; i < furtherBits.Length; i++)
        {
            if (furtherBits[i] != 0)
            {
                furtherOffsets[i] = tables.Allocate(1 << furtherBits[i]) - offset;
                tables.Memory[offset + i] = ((uint)furtherOffsets[i] << 8) | Vp8LCode.LongCode | furtherBits[i];
            }
        }

        // Only now is the memory where it stays.
        uint* table = tables.Memory + offset;
        for (int i = 0; i < symbols; i++)
        {
            int length = lengths[_sorted[i]];
            int root = _codes[i] & ((1 << rootBits) - 1);
            if (i < firstLong)
            {
                Repeat(table, (uint)root, length, rootBits, Entry(_sorted[i], length));
            }
            else
            {
                uint* further = table + furtherOffsets[root];
                Repeat(further, (uint)_codes[i] >> rootBits, length - rootBits, furtherBits[root], Entry(_sorted[i], length - rootBits));
            }
        }

        return offset;
    }

    private static uint Entry(uint symbol, int length) => (symbol << 8) | (uint)length;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Repeat(uint* table, uint first, int length, int bits, uint entry)
    {
        for (uint i = first; i < 1u << bits; i += 1u << length)
        {
            table[i] = entry;
        }
    }

    private static uint Reverse(uint code, int length)
    {
        uint reversed = 0;
        for (int i = 0; i < length; i++, code >>= 1)
        {
            reversed = (reversed << 1) | (code & 1);
        }

        return reversed;
    }
}
