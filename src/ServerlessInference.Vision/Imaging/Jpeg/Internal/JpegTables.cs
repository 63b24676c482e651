namespace ServerlessInference.Vision.Imaging.Jpeg.Internal;

/// <summary>The quantisation and Huffman tables that a JPEG has defined so far.</summary>
internal sealed class JpegTables
{
    private const int Slots = 4;

    private readonly ushort[][] _quantization = [new ushort[64], new ushort[64], new ushort[64], new ushort[64]];
    private readonly bool[] _hasQuantization = new bool[Slots];
    private readonly HuffmanTable[] _dc = [new(true), new(true), new(true), new(true)];
    private readonly HuffmanTable[] _ac = [new(false), new(false), new(false), new(false)];

    /// <summary>Forgets the last image's tables.</summary>
    public void Reset()
    {
        _hasQuantization.AsSpan().Clear();
        for (int i = 0; i < Slots; i++)
        {
            _dc[i].Undefine();
            _ac[i].Undefine();
        }
    }

    /// <summary>Gives a table that is ready to decode.</summary>
    /// <param name="index">Its number in the file.</param>
    /// <returns>The table for DC differences.</returns>
    public HuffmanTable Dc(int index) => Prepare(_dc, index);

    /// <summary>Gives a table that is ready to decode.</summary>
    /// <param name="index">Its number in the file.</param>
    /// <returns>The table for AC coefficients.</returns>
    public HuffmanTable Ac(int index) => Prepare(_ac, index);

    /// <summary>Defines the tables that motion JPEG leaves out (ITU-T T.81, annex K.3), where the file has none.</summary>
    public void DefineStandardHuffman()
    {
        StandardHuffmanTables.Define(_dc[0], StandardHuffmanTables.LuminanceDc);
        StandardHuffmanTables.Define(_ac[0], StandardHuffmanTables.LuminanceAc);
        StandardHuffmanTables.Define(_dc[1], StandardHuffmanTables.ChrominanceDc);
        StandardHuffmanTables.Define(_ac[1], StandardHuffmanTables.ChrominanceAc);
    }

    /// <summary>Keeps the quantisation table that a component has at its first scan: later ones do not count.</summary>
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
                throw JpegErrors.Malformed($"the definition of quantisation table {index} is incomplete or has a number above 3");
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
                throw JpegErrors.Malformed($"the definition of Huffman table {index} is incomplete, has a number above 3 or more than 256 symbols");
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
