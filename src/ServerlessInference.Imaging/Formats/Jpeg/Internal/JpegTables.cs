namespace ServerlessInference.Imaging.Formats.Jpeg;

/// <summary>The quantisation and Huffman tables that a JPEG has defined so far.</summary>
internal sealed class JpegTables
{
    private const int Slots = 4;

    private readonly ushort[][] _quantization = [new ushort[64], new ushort[64], new ushort[64], new ushort[64]];
    private readonly bool[] _hasQuantization = new bool[Slots];
    private readonly HuffmanTable[] _dc = [new(true), new(true), new(true), new(true)];
    private readonly HuffmanTable[] _ac = [new(false), new(false), new(false), new(false)];

    /// <summary>Discards the tables of the last image.</summary>
    public void Reset()
    {
        _hasQuantization.AsSpan().Clear();
        for (int i = 0; i < Slots; i++)
        {
            _dc[i].Undefine();
            _ac[i].Undefine();
        }
    }

    /// <summary>Gets a table for DC differences, prepared for decoding.</summary>
    /// <param name="index">The number of the table in the file.</param>
    /// <returns>The table.</returns>
    public HuffmanTable Dc(int index) => Prepare(_dc, index);

    /// <summary>Gets a table for AC coefficients, prepared for decoding.</summary>
    /// <param name="index">The number of the table in the file.</param>
    /// <returns>The table.</returns>
    public HuffmanTable Ac(int index) => Prepare(_ac, index);

    /// <summary>
    /// Defines the standard tables (ITU-T T.81, annex K.3) in the slots that the file has not defined. Motion JPEG omits them.
    /// </summary>
    public void DefineStandardHuffman()
    {
        StandardHuffmanTables.Define(_dc[0], StandardHuffmanTables.LuminanceDc);
        StandardHuffmanTables.Define(_ac[0], StandardHuffmanTables.LuminanceAc);
        StandardHuffmanTables.Define(_dc[1], StandardHuffmanTables.ChrominanceDc);
        StandardHuffmanTables.Define(_ac[1], StandardHuffmanTables.ChrominanceAc);
    }

    /// <summary>
    /// Copies the current quantisation table to a component at its first scan. Tables that are defined later do not apply to it.
    /// </summary>
    /// <param name="component">The component.</param>
    public void LatchQuantization(JpegComponent component)
    {
        if (component.HasQuantization)
        {
            return;
        }

        int index = component.QuantizationIndex;
        if (index >= Slots || !_hasQuantization[index])
        {
            throw JpegErrors.Malformed($"the quantisation table {index} is missing");
        }

        _quantization[index].CopyTo(component.Quantization, 0);
        component.HasQuantization = true;
    }

    /// <summary>Reads a segment that defines quantisation tables.</summary>
    /// <param name="body">The segment without marker and length.</param>
    public void ReadQuantization(ReadOnlySpan<byte> body)
    {
        while (!body.IsEmpty)
        {
            int index = body[0] & 15;
            int valueBytes = body[0] >> 4 == 0 ? 1 : 2;
            int length = 1 + (64 * valueBytes);
            if (index >= Slots || body.Length < length)
            {
                throw JpegErrors.Malformed($"the definition of quantisation table {index} is incomplete, or its number is above 3");
            }

            ReadOnlySpan<byte> values = body[1..length];
            for (int i = 0; i < 64; i++)
            {
                _quantization[index][ZigZag.Natural(i)] = valueBytes == 1
                    ? values[i]
                    : (ushort)((values[2 * i] << 8) | values[(2 * i) + 1]);
            }

            _hasQuantization[index] = true;
            body = body[length..];
        }
    }

    /// <summary>Reads a segment that defines Huffman tables.</summary>
    /// <param name="body">The segment without marker and length.</param>
    public void ReadHuffman(ReadOnlySpan<byte> body)
    {
        while (body.Length >= 17)
        {
            int index = body[0] & ~0x10;
            HuffmanTable[] tables = (body[0] & 0x10) == 0 ? _dc : _ac;
            ReadOnlySpan<byte> counts = body.Slice(1, 16);
            int symbols = 0;
            foreach (byte count in counts)
            {
                symbols += count;
            }

            if (index >= Slots || symbols > 256 || symbols > body.Length - 17)
            {
                throw JpegErrors.Malformed(
                    $"the definition of Huffman table {index} is incomplete or has more than 256 symbols, or its number is above 3");
            }

            tables[index].Define(counts, body.Slice(17, symbols));
            body = body[(17 + symbols)..];
        }

        if (!body.IsEmpty)
        {
            throw JpegErrors.Malformed("a Huffman table segment has the wrong length");
        }
    }

    private static HuffmanTable Prepare(HuffmanTable[] tables, int index)
    {
        if (index >= Slots || !tables[index].Defined)
        {
            throw JpegErrors.Malformed($"the Huffman table {index} is missing");
        }

        tables[index].Prepare();
        return tables[index];
    }
}
