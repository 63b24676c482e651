namespace ServerlessInference.Imaging.Formats.Jpeg;

/// <summary>
/// Estimates low-frequency coefficients that the scans of a progressive image have not provided, or not with full precision, from the DC
/// values of the surrounding blocks.
/// </summary>
/// <remarks>
/// The results equal those of libjpeg-turbo 2.1.5 with <c>do_block_smoothing</c>, its default, including its special behaviour at the
/// edges.
/// </remarks>
internal sealed unsafe class BlockSmoother
{
    /// <summary>The number of coefficients whose progress matters: DC and the first nine AC coefficients.</summary>
    public const int SavedCoefficients = 10;

    private readonly JpegFrame _frame;
    private readonly PinnedBuffer<short> _work = new();
    private int _lastGoodRow;

    public BlockSmoother(JpegFrame frame) => _frame = frame;

    /// <summary>Gets a value indicating whether the image is smoothed.</summary>
    public bool Active { get; private set; }

    /// <summary>Decides, after all scans have been read, whether the image is smoothed.</summary>
    /// <param name="scans">The number of scans.</param>
    /// <param name="lastGoodRow">The last row of MCUs for which the last scan had data.</param>
    public void SetUp(int scans, int lastGoodRow)
    {
        _lastGoodRow = lastGoodRow;
        Active = false;
        if (!_frame.Progressive)
        {
            return;
        }

        bool useful = false;
        foreach (JpegComponent component in _frame.Components.AsSpan(0, _frame.ComponentCount))
        {
            if (!component.HasQuantization || component.CoefficientBits[0] < 0)
            {
                return;
            }

            for (int i = 0; i < SavedCoefficients; i++)
            {
                if (component.Quantization[ZigZag.Natural(i)] == 0)
                {
                    return;
                }

                useful |= i > 0 && component.CoefficientBits[i] != 0;
                if (scans <= 1)
                {
                    component.PreviousCoefficientBits[i] = -1;
                }
            }
        }

        Active = useful;
    }

    /// <summary>Estimates the missing coefficients of one row of blocks and transforms the blocks to samples.</summary>
    /// <param name="component">The component.</param>
    /// <param name="mcuRow">The row of MCUs.</param>
    /// <param name="row">The index of the row of blocks within the row of MCUs.</param>
    /// <param name="rows">The number of rows of blocks in the row of MCUs.</param>
    /// <param name="target">Receives the samples.</param>
    public void TransformRow(JpegComponent component, int mcuRow, int row, int rows, byte* target)
    {
        short* work = _work.Ensure(ZigZag.PairLength);
        // Rows that the last scan did not reach have the precision of the scan before it.
        int[] bits = mcuRow > _lastGoodRow ? component.PreviousCoefficientBits : component.CoefficientBits;
        bool dcOnly = bits.AsSpan(1, SavedCoefficients - 1).IndexOfAnyExcept(-1) < 0;
        Span<int> rowNumbers = stackalloc int[5];
        FindRows(component, mcuRow, row, rows, rowNumbers);
        // The DC values of the 5 by 5 blocks around the current one. The window moves along the row; at the start, the first column stands
        // in for the columns to its left.
        Span<int> window = stackalloc int[SmoothingKernels.Length];
        for (int y = 0; y < 5; y++)
        {
            window.Slice(y * 5, 5).Fill(Dc(component, rowNumbers[y], 0));
        }

        int last = component.WidthInBlocks - 1;
        for (int column = 0; column <= last; column++)
        {
            MoveWindow(component, rowNumbers, window, column, last);
            short* block = work + ((column & 1) * 8);
            if ((column & 1) == 0)
            {
                // Estimates must not change the stored coefficients, since neighbouring blocks are estimated from them.
                short* pair = component.Pair(rowNumbers[2], column >> 1);
                new ReadOnlySpan<short>(pair, ZigZag.PairLength).CopyTo(new Span<short>(work, ZigZag.PairLength));
            }

            Estimate(component, block, window, bits, dcOnly);
            if ((column & 1) == 1 || column == last)
            {
                InverseDct.Transform(work, component, target, MultiScan.GetNonZeroMask(work), MultiScan.GetNonZeroMask(work + 8));
                target += 2 * component.ScaledSize;
            }
        }
    }

    // Rows beyond the edge of the image are replaced by the nearest row inside. At the bottom libjpeg starts to do so one row earlier than
    // necessary, and so does this.
    private void FindRows(JpegComponent component, int mcuRow, int row, int rows, Span<int> rowNumbers)
    {
        int lastMcuRow = _frame.McuRows - 1;
        int current = (mcuRow * component.VerticalSampling) + row;
        rowNumbers[2] = current;
        rowNumbers[1] = row > 0 || mcuRow > 0 ? current - 1 : current;
        rowNumbers[0] = row > 1 || mcuRow > 1 ? current - 2 : rowNumbers[1];
        rowNumbers[3] = row < rows - 1 || mcuRow < lastMcuRow ? current + 1 : current;
        rowNumbers[4] = row < rows - 2 || mcuRow + 1 < lastMcuRow ? current + 2 : rowNumbers[3];
    }

    private static void MoveWindow(JpegComponent component, ReadOnlySpan<int> rowNumbers, Span<int> window, int column, int last)
    {
        for (int y = 0; y < 5; y++)
        {
            Span<int> line = window.Slice(y * 5, 5);
            if (column > 0)
            {
                line[1..].CopyTo(line);
            }
            else if (last > 0)
            {
                line[3] = Dc(component, rowNumbers[y], 1);
            }

            if (column + 1 < last)
            {
                line[4] = Dc(component, rowNumbers[y], column + 2);
            }
        }
    }

    private static void Estimate(JpegComponent component, short* block, ReadOnlySpan<int> window, int[] bits, bool dcOnly)
    {
        ushort[] quantization = component.Quantization;
        int count = dcOnly ? SmoothingKernels.DcOnlyCount : SmoothingKernels.PartialCount;
        for (int i = 1; i <= count; i++)
        {
            short* coefficient = block + ZigZag.Positions[i];
            if (bits[i] != 0 && *coefficient == 0)
            {
                ReadOnlySpan<short> weights = SmoothingKernels.Ac(i, dcOnly);
                *coefficient = (short)Predict(weights, window, quantization[0], quantization[ZigZag.Natural(i)], bits[i]);
            }
        }

        if (dcOnly)
        {
            block[0] = (short)Predict(SmoothingKernels.Dc, window, quantization[0], quantization[0], 0);
        }
    }

    private static int Predict(ReadOnlySpan<short> weights, ReadOnlySpan<int> window, int dcQuantization, int quantization, int bit)
    {
        int sum = 0;
        for (int i = 0; i < weights.Length; i++)
        {
            sum += weights[i] * window[i];
        }

        long number = (long)dcQuantization * sum;
        long divisor = (long)quantization << 8;
        int magnitude = (int)((Math.Abs(number) + (divisor >> 1)) / divisor);

        // The scans so far have shown that the coefficient is zero down to this bit, so its magnitude is below 2^bit.
        if (bit > 0)
        {
            magnitude = Math.Min(magnitude, (1 << bit) - 1);
        }

        return number >= 0 ? magnitude : -magnitude;
    }

    private static int Dc(JpegComponent component, int blockRow, int column) =>
        component.Pair(blockRow, column >> 1)[(column & 1) * 8];
}
