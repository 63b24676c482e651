namespace ServerlessInference.Imaging.Formats.Webp;

/// <summary>Reads the prefix codes of a picture. Source: RFC 9649, section 3.7.2.</summary>
internal sealed unsafe class Vp8LCodeReader
{
    private const int CodeLengthCodes = 19;

    private readonly Vp8LCodeBuilder _builder = new();
    private readonly PinnedBuffer<Vp8LCodeGroup> _groups = new();
    private readonly byte[] _lengths = new byte[Vp8LCodeGroup.MaxSymbols];

    private static ReadOnlySpan<byte> CodeLengthOrder => [17, 18, 0, 1, 2, 3, 4, 5, 16, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];

    public Vp8LTables Tables { get; } = new();

    /// <summary>Gets the groups that were read last.</summary>
    public Vp8LCodeGroup* Groups { get; private set; }

    /// <summary>Reads the codes of a picture. Those of the previous picture become invalid.</summary>
    public void Read(ref Vp8LBitReader reader, int groups, int cacheBits)
    {
        Tables.Reset();
        Groups = _groups.Ensure(groups);
        int greenSymbols = 256 + Vp8LCodeGroup.LengthSymbols + (cacheBits > 0 ? 1 << cacheBits : 0);
        for (int i = 0; i < groups; i++)
        {
            Groups[i].Green = ReadCode(ref reader, greenSymbols);
            Groups[i].Red = ReadCode(ref reader, 256);
            Groups[i].Blue = ReadCode(ref reader, 256);
            Groups[i].Alpha = ReadCode(ref reader, 256);
            Groups[i].Distance = ReadCode(ref reader, Vp8LCodeGroup.DistanceSymbols);
        }

        for (int i = 0; i < groups; i++)
        {
            Complete(ref Groups[i]);
        }
    }

    // The tables have their final places only now.
    private void Complete(ref Vp8LCodeGroup group)
    {
        group.Green.Table = Tables.Memory + group.Green.Offset;
        group.Red.Table = Tables.Memory + group.Red.Offset;
        group.Blue.Table = Tables.Memory + group.Blue.Offset;
        group.Alpha.Table = Tables.Memory + group.Alpha.Offset;
        group.Distance.Table = Tables.Memory + group.Distance.Offset;
        group.IsGreenOnly = group.Red.IsSingle && group.Blue.IsSingle && group.Alpha.IsSingle;
        if (group.IsGreenOnly)
        {
            group.Others = (group.Alpha.SingleSymbol << 24) | (group.Red.SingleSymbol << 16) | group.Blue.SingleSymbol;
        }
    }

    private Vp8LCode ReadCode(ref Vp8LBitReader reader, int symbols)
    {
        Span<byte> lengths = _lengths.AsSpan(0, symbols);
        lengths.Clear();
        if (reader.ReadFlag())
        {
            ReadSimple(ref reader, lengths);
        }
        else
        {
            ReadLengths(ref reader, lengths);
        }

        if (reader.HasPassed)
        {
            throw WebpErrors.Truncated("prefix codes");
        }

        return _builder.Build(lengths, Tables);
    }

    private static void ReadSimple(ref Vp8LBitReader reader, Span<byte> lengths)
    {
        bool two = reader.ReadFlag();
        SetLength(lengths, reader.Read(reader.ReadFlag() ? 8 : 1));
        if (two)
        {
            SetLength(lengths, reader.Read(8));
        }

        static void SetLength(Span<byte> lengths, int symbol)
        {
            if (symbol < lengths.Length)
            {
                lengths[symbol] = 1;
            }
        }
    }

    private void ReadLengths(ref Vp8LBitReader reader, Span<byte> lengths)
    {
        Span<byte> codeLengths = stackalloc byte[CodeLengthCodes];
        codeLengths.Clear();
        int count = reader.Read(4) + 4;
        for (int i = 0; i < count; i++)
        {
            codeLengths[CodeLengthOrder[i]] = (byte)reader.Read(3);
        }

        Vp8LCode code = _builder.Build(codeLengths, Tables);
        int remaining = lengths.Length;
        if (reader.ReadFlag())
        {
            int bits = 2 + (2 * reader.Read(3));
            remaining = 2 + reader.Read(bits);
            if (remaining > lengths.Length)
            {
                throw WebpErrors.Malformed($"a prefix code states {remaining} symbols; the maximum is {lengths.Length}");
            }
        }

        code.Table = Tables.Memory + code.Offset;
        byte previous = 8;
        for (int symbol = 0; symbol < lengths.Length && remaining > 0; remaining--)
        {
            reader.Refill();
            int value = (int)code.Read(ref reader);
            if (value < 16)
            {
                lengths[symbol++] = (byte)value;
                previous = value != 0 ? (byte)value : previous;
                continue;
            }

            int repeat = value == 16 ? 3 + reader.Take(2) : value == 17 ? 3 + reader.Take(3) : 11 + reader.Take(7);
            if (symbol + repeat > lengths.Length)
            {
                throw WebpErrors.Malformed("the code lengths of a prefix code go beyond its last symbol");
            }

            lengths.Slice(symbol, repeat).Fill(value == 16 ? previous : (byte)0);
            symbol += repeat;
        }
    }
}
