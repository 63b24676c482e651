namespace ServerlessInference.Imaging.Formats.Jpeg;

/// <summary>Reads one progressive scan into the coefficients of its components.</summary>
internal readonly unsafe ref struct ProgressiveScan
{
    private readonly JpegFrame _frame;
    private readonly JpegScan _scan;
    private readonly EntropyWindow _window;
    private readonly JpegTables _tables;

    public ProgressiveScan(JpegFrame frame, JpegScan scan, EntropyWindow window, JpegTables tables)
    {
        _frame = frame;
        _scan = scan;
        _window = window;
        _tables = tables;
    }

    /// <summary>Reads the scan.</summary>
    public void Read()
    {
        // Missing tables are reported before any data is read. Refinement scans of DC coefficients use no table.
        HuffmanTable? table = null;
        bool isDc = _scan.SpectralStart == 0;
        bool first = _scan.ApproximationHigh == 0;
        for (int i = 0; i < _scan.ComponentCount; i++)
        {
            JpegComponent component = _scan.Components[i];
            if (!isDc)
            {
                table = _tables.Ac(component.AcTable);
            }
            else if (first)
            {
                _tables.Dc(component.DcTable);
            }
        }

        _window.BeginScan(_frame.RestartInterval);
        for (int mcuRow = 0; mcuRow < _frame.McuRows; mcuRow++)
        {
            int rows = _scan.RowsInMcuRow(_frame, mcuRow);
            for (int row = 0; row < rows; row++)
            {
                if (isDc)
                {
                    ReadDcRow(mcuRow, row, first);
                }
                else
                {
                    ReadAcRow(mcuRow, row, first, table!);
                }
            }
        }
    }

    private void ReadAcRow(int mcuRow, int row, bool first, HuffmanTable table)
    {
        JpegComponent component = _scan.Components[0];
        short* line = component.Pair((mcuRow * component.VerticalSampling) + row, 0);
        for (int column = 0; column < component.WidthInBlocks; column++)
        {
            if (!_window.TryBeginMcu(mcuRow))
            {
                continue;
            }

            short* block = line + ((nint)(column >> 1) * ZigZag.PairLength) + ((column & 1) * 8);
            if (!first)
            {
                _window.EndOfBandRun =
                    ProgressiveBlockDecoder.DecodeAcRefinement(ref _window.Cursor, block, table, _scan, _window.EndOfBandRun);
            }
            else if (_window.EndOfBandRun > 0)
            {
                _window.EndOfBandRun--;
            }
            else
            {
                _window.EndOfBandRun = ProgressiveBlockDecoder.DecodeAcFirst(ref _window.Cursor, block, table, _scan);
            }
        }
    }

    private void ReadDcRow(int mcuRow, int row, bool first)
    {
        int columns = _scan.McuColumns(_frame);
        for (int column = 0; column < columns; column++)
        {
            if (_window.TryBeginMcu(mcuRow))
            {
                ReadDcMcu(mcuRow, row, column, first);
            }
        }
    }

    private void ReadDcMcu(int mcuRow, int row, int column, bool first)
    {
        for (int i = 0; i < _scan.ComponentCount; i++)
        {
            JpegComponent component = _scan.Components[i];
            int width = _scan.Interleaved ? component.HorizontalSampling : 1;
            int height = _scan.Interleaved ? component.VerticalSampling : 1;
            for (int n = 0; n < width * height; n++)
            {
                int blockColumn = (column * width) + (n % width);
                int blockRow = (mcuRow * component.VerticalSampling) + row + (n / width);
                short* block = component.Pair(blockRow, blockColumn >> 1) + ((blockColumn & 1) * 8);
                if (first)
                {
                    HuffmanTable table = _tables.Dc(component.DcTable);
                    ProgressiveBlockDecoder.DecodeDcFirst(
                        ref _window.Cursor, block, _window.Predictors + i, table, _scan.ApproximationLow);
                }
                else
                {
                    ProgressiveBlockDecoder.DecodeDcRefinement(ref _window.Cursor, block, _scan.ApproximationLow);
                }
            }
        }
    }
}
