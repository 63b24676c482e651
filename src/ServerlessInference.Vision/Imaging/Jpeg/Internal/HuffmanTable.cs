namespace ServerlessInference.Vision.Imaging.Jpeg.Internal;

/// <summary>A Huffman table (ITU-T T.81, annex C) and what is derived from it to decode quickly.</summary>
/// <remarks>
/// <para><see cref="Lookup"/> has an entry for every value of the next <see cref="LookupBits"/> bits. It tells, with the
/// code's symbol, how to get at the bits of the value after it: all shift counts are taken modulo 64, so that no masking is needed.</para>
/// <para>Entry: bits 0–5 length of code and value; 8–13 length of the code; 16–21 64 minus the length of the value;
/// 24–30 how far the zigzag index moves on. Bit 31 marks what needs a closer look: a symbol without a value, whose run
/// is then in bits 24–30 (<see cref="ZeroRun"/>, end of block or band), and codes that are too long (<see cref="LongCode"/>).</para>
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

    /// <summary>Gets the entries, by the next bits.</summary>
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

    /// <summary>Derives the decoding tables, once for each definition.</summary>
    public void Prepare()
    {
        if (_prepared)
        {
            return;
        }

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

                if (length <= LookupBits && code < 1 << length)
                {
                    int spare = LookupBits - length;
                    new Span<uint>(Lookup + (code << spare), 1 << spare).Fill(Entry(_symbols[index], length));
                }
            }

            // A code of all ones is not allowed; more codes than there is room for are neither.
            if (length >= shortest && count != 0 && code >= 1 << length)
            {
                throw JpegErrors.Malformed("a Huffman table has more codes than fit their lengths");
            }

            code <<= 1;
        }

        _maxCode[MaxCodeLength + 1] = int.MaxValue;
        _prepared = true;
    }

    /// <summary>Makes the entry of a code that is longer than <see cref="LookupBits"/>.</summary>
    /// <param name="bits">The next bits, the first one highest; at least 17 of them.</param>
    /// <returns>The entry. Where the bits are no code, that of the symbol 0 with a length of 17, as libjpeg has it.</returns>
    public uint LongEntry(ulong bits)
    {
        int length = LookupBits + 1;
        int code = (int)(bits >> (64 - length));
        while (code > _maxCode[length])
        {
            length++;
            code = (int)(bits >> (64 - length));
        }

        return Entry(length > MaxCodeLength ? 0 : _symbols[(code + _offset[length]) & 0xFF], length);
    }

    private uint Entry(int symbol, int length)
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
