using System.Runtime.Intrinsics;

namespace ServerlessInference.Imaging.Formats.Jpeg;

/// <summary>Decodes an image with several scans, progressive or sequential: first all coefficients, then the sample rows.</summary>
internal sealed unsafe class MultiScan
{
    // Larger buffers are released after an image, so that one large image does not occupy memory forever.
    private const long MaxRetainedBytes = 64 * 1024 * 1024;

    private readonly JpegFrame _frame;
    private readonly JpegScan _scan;
    private readonly EntropyWindow _window;
    private readonly ScanLayout _layout;
    private readonly BlockSmoother _smoother;

    public MultiScan(JpegFrame frame, JpegScan scan, EntropyWindow window, ScanLayout layout)
    {
        _frame = frame;
        _scan = scan;
        _window = window;
        _layout = layout;
        _smoother = new BlockSmoother(frame);
    }

    /// <summary>Reads all scans. The header of the first one has already been read.</summary>
    /// <param name="reader">Reads the headers between scans.</param>
    /// <param name="tables">The tables.</param>
    /// <param name="maxScans">The maximum number of scans.</param>
    public void ReadScans(JpegHeaderReader reader, JpegTables tables, int maxScans)
    {
        foreach (JpegComponent component in _frame.Components.AsSpan(0, _frame.ComponentCount))
        {
            component.PairsPerRow = ((_frame.McuColumns * component.HorizontalSampling) + 1) / 2;
            long length = (long)component.PairsPerRow * _frame.McuRows * component.VerticalSampling * ZigZag.PairLength;
            component.Coefficients = component.CoefficientBuffer.Ensure(length);
            new Span<short>(component.Coefficients, (int)length).Clear();
        }

        int scans = 0;
        do
        {
            if (++scans > maxScans)
            {
                throw JpegErrors.TooManyScans(maxScans);
            }

            foreach (JpegComponent component in _scan.Components.AsSpan(0, _scan.ComponentCount))
            {
                tables.LatchQuantization(component);
            }

            if (_frame.Progressive)
            {
                _scan.CheckProgression();
                CoefficientProgress.Record(_scan, scans);
            }

            ReadScan(tables);
        }
        while (reader.ReadUntilScan(_scan));

        _smoother.SetUp(scans, _window.LastGoodRow);
    }

    /// <summary>Computes the sample rows of one row of fully interleaved MCUs.</summary>
    /// <param name="mcuRow">The index of the row.</param>
    public void DecodeRow(int mcuRow)
    {
        foreach (JpegComponent component in _frame.Components.AsSpan(0, _frame.ComponentCount))
        {
            int first = mcuRow * component.VerticalSampling;
            int rows = Math.Min(component.VerticalSampling, component.HeightInBlocks - first);
            for (int row = 0; row < rows; row++)
            {
                byte* target = component.Row((mcuRow * component.RowsPerMcuRow) + (row * component.ScaledSize));
                if (_smoother.Active)
                {
                    _smoother.TransformRow(component, mcuRow, row, rows, target);
                }
                else
                {
                    TransformRow(component, first + row, target);
                }
            }
        }
    }

    /// <summary>Releases buffers that are too large to keep for the next image.</summary>
    public void Trim()
    {
        long bytes = 0;
        foreach (JpegComponent component in _frame.Components)
        {
            bytes += component.CoefficientBuffer.Bytes;
        }

        foreach (JpegComponent component in _frame.Components)
        {
            component.Coefficients = null;
            if (bytes > MaxRetainedBytes)
            {
                component.CoefficientBuffer.Release();
            }
        }
    }

    /// <summary>Determines in which rows a block has AC coefficients that are not zero.</summary>
    /// <param name="block">The block.</param>
    /// <returns>
    /// A mask that <see cref="InverseDct"/> treats like the bitwise or of the positions of these coefficients. It distinguishes only what
    /// matters there: the first row, row 4, and the other rows.
    /// </returns>
    public static uint GetNonZeroMask(short* block)
    {
        Vector128<short> below = Vector128<short>.Zero;
        for (int y = 1; y < 8; y++)
        {
            below |= y == 4 ? Vector128<short>.Zero : Vector128.Load(block + (y * ZigZag.RowStride));
        }

        Vector128<short> withoutDc = Vector128.Create(0, -1, -1, -1, -1, -1, -1, -1);
        uint mask = (Vector128.Load(block) & withoutDc) == Vector128<short>.Zero ? 0u : 7u;
        mask |= Vector128.Load(block + (4 * ZigZag.RowStride)) == Vector128<short>.Zero ? 0u : 4 * ZigZag.RowStride;
        return mask | (below == Vector128<short>.Zero ? 0u : 7 * ZigZag.RowStride);
    }

    private static void TransformRow(JpegComponent component, int blockRow, byte* target)
    {
        int pairs = (component.WidthInBlocks + 1) / 2;
        for (int i = 0; i < pairs; i++)
        {
            short* pair = component.Pair(blockRow, i);
            InverseDct.Transform(pair, component, target, GetNonZeroMask(pair), GetNonZeroMask(pair + 8));
            target += 2 * component.ScaledSize;
        }
    }

    private void ReadScan(JpegTables tables)
    {
        if (_frame.Progressive)
        {
            new ProgressiveScan(_frame, _scan, _window, tables).Read();
        }
        else
        {
            ReadSequentialScan(tables);
        }
    }

    private void ReadSequentialScan(JpegTables tables)
    {
        _layout.SetUp(_scan, tables, _window.Predictors);
        _window.BeginScan(_frame.RestartInterval);
        int columns = _scan.McuColumns(_frame);
        for (int mcuRow = 0; mcuRow < _frame.McuRows; mcuRow++)
        {
            int rows = _scan.RowsInMcuRow(_frame, mcuRow);
            for (int row = 0; row < rows; row++)
            {
                for (int column = 0; column < columns; column++)
                {
                    if (_window.TryBeginMcu(mcuRow))
                    {
                        PlaceBlocks(mcuRow, row, column);
                        SequentialBlockDecoder.DecodeMcu(
                            _window, _layout.Plans, _layout.BlocksPerMcu, _layout.DcTables, _layout.AcTables);
                    }
                }
            }
        }
    }

    private void PlaceBlocks(int mcuRow, int row, int column)
    {
        BlockPlan* plan = _layout.Plans;
        for (int i = 0; i < _scan.ComponentCount; i++)
        {
            JpegComponent component = _scan.Components[i];
            int width = _scan.Interleaved ? component.HorizontalSampling : 1;
            int height = _scan.Interleaved ? component.VerticalSampling : 1;
            for (int y = 0; y < height; y++)
            {
                for (int x = 0; x < width; x++, plan++)
                {
                    int blockColumn = (column * width) + x;
                    int blockRow = (mcuRow * component.VerticalSampling) + row + y;
                    plan->Block = component.Pair(blockRow, blockColumn >> 1) + ((blockColumn & 1) * 8);
                    plan->DcOnly = false;
                }
            }
        }
    }
}
