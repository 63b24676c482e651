namespace ServerlessInference.Imaging.Formats.Jpeg;

/// <summary>One component of a frame (Y, Cb, Cr, K, ...): its parameters in the header and the location of its data.</summary>
internal sealed unsafe class JpegComponent
{
    /// <summary>Gets the quantisation values in natural order, as defined before the first scan of the component.</summary>
    public ushort[] Quantization { get; } = new ushort[64];

    /// <summary>
    /// Gets the precision of each coefficient so far, by zigzag index: -1 if nothing is known, otherwise the number of low bits that are
    /// still missing.
    /// </summary>
    public int[] CoefficientBits { get; } = new int[64];

    /// <summary>Gets the value that <see cref="CoefficientBits"/> had before the last scan.</summary>
    public int[] PreviousCoefficientBits { get; } = new int[64];

    /// <summary>Gets the coefficients of multi-scan images, in pairs of blocks.</summary>
    public PinnedBuffer<short> CoefficientBuffer { get; } = new();

    /// <summary>Gets the multipliers of the inverse DCT. Each row is stored twice, to match the layout of pairs of blocks.</summary>
    public PinnedBuffer<short> MultiplierBuffer { get; } = new();

    public int Index { get; set; }

    public int Id { get; set; }

    public int HorizontalSampling { get; set; }

    public int VerticalSampling { get; set; }

    public int QuantizationIndex { get; set; }

    public bool HasQuantization { get; set; }

    public int DcTable { get; set; }

    public int AcTable { get; set; }

    public int WidthInBlocks { get; set; }

    public int HeightInBlocks { get; set; }

    /// <summary>Gets or sets the number of samples per side to which the inverse DCT transforms a block: 8, 4, 2 or 1.</summary>
    public int ScaledSize { get; set; }

    public int DownsampledWidth { get; set; }

    public int DownsampledHeight { get; set; }

    /// <summary>Gets or sets the number of sample rows in one row of fully interleaved MCUs.</summary>
    public int RowsPerMcuRow { get; set; }

    public short* Multipliers { get; set; }

    public short* Coefficients { get; set; }

    public int PairsPerRow { get; set; }

    public byte* Rows { get; set; }

    public int RowStride { get; set; }

    /// <summary>Gets a sample row. Only the rows of two consecutive MCU rows are in memory.</summary>
    /// <param name="row">The index of the row in the component, 0 at the top.</param>
    /// <returns>The first sample of the row.</returns>
    public byte* Row(int row) => Rows + ((nint)(row % (2 * RowsPerMcuRow)) * RowStride);

    /// <summary>Gets a pair of blocks of a multi-scan image.</summary>
    /// <param name="blockRow">The index of the row of blocks.</param>
    /// <param name="pair">The index of the pair in that row.</param>
    /// <returns>The first coefficient of the pair.</returns>
    public short* Pair(int blockRow, int pair) =>
        Coefficients + ((((nint)blockRow * PairsPerRow) + pair) * ZigZag.PairLength);
}
