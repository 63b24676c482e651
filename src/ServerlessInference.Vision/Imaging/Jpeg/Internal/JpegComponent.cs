namespace ServerlessInference.Vision.Imaging.Jpeg.Internal;

/// <summary>One component (Y, Cb, Cr, K...) of a frame: what the header says of it, and where its data lies.</summary>
internal sealed unsafe class JpegComponent
{
    /// <summary>Gets the quantisation values in natural order, as they were at the component's first scan.</summary>
    public ushort[] Quantization { get; } = new ushort[64];

    /// <summary>Gets how far each coefficient is known, by zigzag index: -1 not at all, else the lowest bit still missing.</summary>
    public int[] CoefficientBits { get; } = new int[64];

    /// <summary>Gets <see cref="CoefficientBits"/> as it was before the last scan.</summary>
    public int[] PreviousCoefficientBits { get; } = new int[64];

    /// <summary>Gets the coefficients of multi-scan images, in pairs of blocks.</summary>
    public PinnedBuffer<short> CoefficientBuffer { get; } = new();

    /// <summary>Gets the multipliers of the inverse DCT, each row twice in a row, as pairs of blocks lie in memory.</summary>
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

    /// <summary>Gets or sets the samples on a side that the inverse DCT makes of a block: 8, 4, 2 or 1.</summary>
    public int ScaledSize { get; set; }

    public int DownsampledWidth { get; set; }

    public int DownsampledHeight { get; set; }

    /// <summary>Gets or sets the sample rows of one row of fully interleaved MCUs.</summary>
    public int RowsPerMcuRow { get; set; }

    public short* Multipliers { get; set; }

    public short* Coefficients { get; set; }

    public int PairsPerRow { get; set; }

    public byte* Rows { get; set; }

    public int RowStride { get; set; }

    /// <summary>Gives a sample row; the rows of two consecutive MCU rows are held.</summary>
    /// <param name="row">The row in the component, from 0 at the top.</param>
    /// <returns>Its first sample.</returns>
    public byte* Row(int row) => Rows + ((nint)(row % (2 * RowsPerMcuRow)) * RowStride);

    /// <summary>Gives a pair of blocks of a multi-scan image.</summary>
    /// <param name="blockRow">Row of blocks.</param>
    /// <param name="pair">Pair of blocks in that row.</param>
    /// <returns>Its first coefficient.</returns>
    public short* Pair(int blockRow, int pair) =>
        Coefficients + ((((nint)blockRow * PairsPerRow) + pair) * ZigZag.PairLength);
}
