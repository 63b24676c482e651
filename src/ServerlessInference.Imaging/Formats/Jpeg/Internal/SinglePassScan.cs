using System.Runtime.CompilerServices;

namespace ServerlessInference.Imaging.Formats.Jpeg;

/// <summary>Decodes an image with a single sequential scan directly to sample rows, without keeping the coefficients.</summary>
internal sealed unsafe class SinglePassScan
{
    private readonly JpegFrame _frame;
    private readonly EntropyWindow _window;
    private readonly ScanLayout _layout;
    private readonly JpegScan _scan;

    public SinglePassScan(JpegFrame frame, JpegScan scan, EntropyWindow window, ScanLayout layout)
    {
        _frame = frame;
        _scan = scan;
        _window = window;
        _layout = layout;
    }

    /// <summary>Starts to read the scan.</summary>
    /// <param name="tables">The tables.</param>
    public void Begin(JpegTables tables)
    {
        foreach (JpegComponent component in _scan.Components.AsSpan(0, _scan.ComponentCount))
        {
            tables.LatchQuantization(component);
        }

        _layout.SetUp(_scan, tables, _window.Predictors);
        new Span<short>(_layout.Unit, _layout.BlocksPerMcu * ZigZag.PairLength).Clear();
        _window.BeginScan(_frame.RestartInterval);
    }

    /// <summary>Decodes one row of fully interleaved MCUs to the sample rows of the components.</summary>
    /// <param name="mcuRow">The index of the row.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void DecodeRow(int mcuRow)
    {
        int columns = _scan.McuColumns(_frame);
        int rows = _scan.RowsInMcuRow(_frame, mcuRow);
        int blocks = _layout.BlocksPerMcu;
        BlockPlan* plans = _layout.Plans;
        Span<PairPlan> pairs = _layout.Pairs;
        for (int row = 0; row < rows; row++)
        {
            foreach (ref PairPlan pair in pairs)
            {
                JpegComponent component = pair.Component;
                int sampleRow = (mcuRow * component.RowsPerMcuRow) + (row * component.ScaledSize) + pair.Y;
                pair.Target = component.Row(sampleRow) + pair.X;
            }

            for (int column = 0; column < columns; column += 2)
            {
                for (int i = 0; i < 2 && column + i < columns; i++)
                {
                    if (_window.TryBeginMcu(mcuRow))
                    {
                        SequentialBlockDecoder.DecodeMcu(_window, plans + (i * blocks), blocks, _layout.DcTables, _layout.AcTables);
                    }
                }

                Transform(pairs, plans);
            }
        }
    }

    /// <summary>Checks, after the last row, that the data of the scan did not end too early.</summary>
    public void CheckEnd() => _window.CheckEnd();

    private static void Transform(Span<PairPlan> pairs, BlockPlan* plans)
    {
        foreach (ref PairPlan pair in pairs)
        {
            short* block = plans[pair.Left].Block;
            uint left = plans[pair.Left].Mask;
            uint right = plans[pair.Right].Mask;
            plans[pair.Left].Mask = 0;
            plans[pair.Right].Mask = 0;
            InverseDct.Transform(block, pair.Component, pair.Target, left, right);
            pair.Target += pair.Step;
            // The decoder writes only coefficients that are not zero, so the blocks are cleared for the next two MCUs. Blocks without AC
            // coefficients, which are frequent, need only their DC coefficients cleared.
            if ((left | right) == 0)
            {
                block[0] = 0;
                block[8] = 0;
            }
            else
            {
                new Span<short>(block, ZigZag.PairLength).Clear();
            }
        }
    }
}
