namespace ServerlessInference.Imaging.Formats.Jpeg;

/// <summary>A Huffman table (ITU-T T.81, annex C) and the lookup tables derived from it.</summary>
/// <remarks>
/// <para>A code stands for a symbol. The lower four bits of a symbol are the number of bits of a value, which follow the code; for AC
/// coefficients the upper four bits are the number of zero coefficients before that value.</para>
/// <para><see cref="Lookup"/> has an entry for every combination of the next <see cref="LookupBits"/> bits, which almost always contain a
/// whole code. The entry has everything that is needed to read the code and its value:</para>
/// <code>
/// bits  0–5    length of code and value together: the bits to skip
/// bits  8–13   length of the code: the shift that moves the value to the top
/// bits 16–21   64 minus the length of the value: the shift that moves the value down again
/// bits 24–30   how far the zigzag index advances: zeros + 1. Special entries: the upper four bits of the symbol, or LongCode
/// bit  31      Special: the symbol has no value (a run of 16 zeros, end of block or band), or the code is longer than the lookup
/// </code>
/// <para>Shifts of 64-bit values use only the lower six bits of the count, so the fields of an entry need not be masked: decoders shift the
/// entry right and use the result as it is. A negative entry, as a signed number, is a special one.</para>
/// </remarks>
internal sealed unsafe class HuffmanTable
{
    public const int LookupBits = 10;
    public const uint Special = 1u << 31;
    public const int LongCode = 0x7F;
    public const int ZeroRun = 15;
    public const int MaxCodeLength = 16;

    private readonly bool _dc;
    private readonly byte[] _counts = new byte[MaxCodeLength];
    private readonly byte[] _symbols = new byte[256];
    private readonly int[] _maxCode = new int[MaxCodeLength + 2];
    private readonly int[] _offset = new int[MaxCodeLength + 2];
    private readonly PinnedBuffer<uint> _lookup = new();
    private bool _prepared;

    public HuffmanTable(bool dc)
    {
        _dc = dc;
        Lookup = _lookup.Ensure(1 << LookupBits);
    }

    public bool Defined { get; private set; }

    /// <summary>Gets the entries, indexed by the next <see cref="LookupBits"/> bits.</summary>
    public uint* Lookup { get; }

    public void Undefine() => Defined = false;

    public void Define(ReadOnlySpan<byte> counts, ReadOnlySpan<byte> symbols)
    {
        counts.CopyTo(_counts);
        symbols.CopyTo(_symbols);
        _symbols.AsSpan(symbols.Length).Clear();
        Defined = true;
        _prepared = false;
    }

    /// <summary>Derives the lookup tables, once per definition.</summary>
    public void Prepare()
    {
        if (_prepared)
        {
            return;
        }

        // Codes are assigned in ascending order: the codes of one length are consecutive numbers, and the first code of the next length is
        // the number after them with a zero bit appended. So for each length the largest code and the difference between code and symbol
        // index are enough to decode codes that are too long for the lookup.
        new Span<uint>(Lookup, 1 << LookupBits).Fill(Special | (LongCode << 24));
        int code = 0;
        int index = 0;
        int shortest = _counts.AsSpan().IndexOfAnyExcept((byte)0) + 1;
        for (int length = 1; length <= MaxCodeLength; length++)
        {
            int count = _counts[length - 1];
            _offset[length] = index - code;
            _maxCode[length] = count == 0 ? -1 : code + count - 1;
            for (int i = 0; i < count; i++, index++, code++)
            {
                if (_dc && _symbols[index] > 15)
                {
                    throw JpegErrors.Malformed($"a DC Huffman table has the symbol {_symbols[index]}; at most 15 is allowed");
                }

                // A short code fills every entry that starts with it.
                if (length <= LookupBits && code < 1 << length)
                {
                    int spare = LookupBits - length;
                    new Span<uint>(Lookup + (code << spare), 1 << spare).Fill(CreateEntry(_symbols[index], length));
                }
            }

            // The code that consists only of ones is reserved, and more codes than the length has room for are invalid.
            if (length >= shortest && count != 0 && code >= 1 << length)
            {
                throw JpegErrors.Malformed("a Huffman table has more codes than fit their lengths");
            }

            code <<= 1;
        }

        _maxCode[MaxCodeLength + 1] = int.MaxValue;
        _prepared = true;
    }

    /// <summary>Creates the entry of a code that is longer than <see cref="LookupBits"/>.</summary>
    /// <param name="bits">The next bits, at least 17, the first one in the highest position.</param>
    /// <returns>The entry. If the bits are not a valid code, the entry of symbol 0 with a length of 17, as in libjpeg.</returns>
    public uint CreateLongEntry(ulong bits)
    {
        int length = LookupBits + 1;
        int code = (int)(bits >> (64 - length));
        while (code > _maxCode[length])
        {
            length++;
            code = (int)(bits >> (64 - length));
        }

        return CreateEntry(length > MaxCodeLength ? 0 : _symbols[(code + _offset[length]) & 0xFF], length);
    }

    private uint CreateEntry(int symbol, int length)
    {
        uint size = (uint)symbol & 15;
        uint run = _dc ? 0 : (uint)symbol >> 4;
        uint entry = ((uint)length + size) | ((uint)length << 8) | (((64 - size) & 63) << 16);
        if (size != 0)
        {
            return entry | ((run + 1) << 24);
        }

        return entry | Special | (run << 24);
    }
}
