namespace ServerlessInference.Imaging.Formats.Jpeg;

/// <summary>The blocks of the MCUs of a scan, for two adjacent MCUs at a time.</summary>
/// <remarks>
/// Two MCUs have an even number of blocks in each row of each component, so their blocks form the pairs that the inverse DCT transforms.
/// </remarks>
internal sealed unsafe class ScanLayout
{
    private const int MaxBlocks = 16;

    private readonly PinnedBuffer<BlockPlan> _plans = new();
    private readonly PinnedBuffer<short> _unit = new();
    private readonly PairPlan[] _pairs = new PairPlan[MaxBlocks];
    private readonly HuffmanTable[] _dcTables = new HuffmanTable[JpegFrame.MaxComponents];
    private readonly HuffmanTable[] _acTables = new HuffmanTable[JpegFrame.MaxComponents];

    public ScanLayout()
    {
        Plans = _plans.Ensure(2 * MaxBlocks);
        Unit = _unit.Ensure(MaxBlocks * ZigZag.PairLength);
    }

    /// <summary>Gets the blocks of two MCUs, in the order in which they are coded.</summary>
    public BlockPlan* Plans { get; }

    /// <summary>Gets the buffer for the coefficients of two MCUs.</summary>
    public short* Unit { get; }

    /// <summary>Gets the number of blocks per MCU.</summary>
    public int BlocksPerMcu { get; private set; }

    public HuffmanTable[] DcTables => _dcTables;

    public HuffmanTable[] AcTables => _acTables;

    /// <summary>Gets the pairs of blocks of two MCUs.</summary>
    public Span<PairPlan> Pairs => _pairs.AsSpan(0, BlocksPerMcu);

    /// <summary>Computes the layout of a sequential scan.</summary>
    /// <param name="scan">The scan.</param>
    /// <param name="tables">The tables.</param>
    /// <param name="predictors">The last DC values, by the index of the component in the scan.</param>
    public void SetUp(JpegScan scan, JpegTables tables, int* predictors)
    {
        int blocks = 0;
        for (int i = 0; i < scan.ComponentCount; i++)
        {
            blocks += Width(scan, i) * Height(scan, i);
        }

        BlocksPerMcu = blocks;
        int first = 0;
        for (int i = 0; i < scan.ComponentCount; i++)
        {
            JpegComponent component = scan.Components[i];
            HuffmanTable dc = tables.Dc(component.DcTable);
            HuffmanTable ac = tables.Ac(component.AcTable);
            _dcTables[i] = dc;
            _acTables[i] = ac;
            int width = Width(scan, i);
            for (int n = 0; n < 2 * width * Height(scan, i); n++)
            {
                // x and y are the position of the block in the two MCUs. Blocks are coded MCU by MCU, but paired across both: with one
                // block per row and MCU, the pair consists of one block of each MCU.
                int y = n / (2 * width);
                int x = n % (2 * width);
                int plan = ((x / width) * blocks) + first + (y * width) + (x % width);
                int pair = first + (y * width) + (x >> 1);
                Plans[plan] = new BlockPlan
                {
                    Dc = dc.Lookup,
                    Ac = ac.Lookup,
                    Block = Unit + (pair * ZigZag.PairLength) + ((x & 1) * 8),
                    Predictor = predictors + i,
                    Component = i,
                    DcOnly = component.ScaledSize == 1,
                };
                ref PairPlan pairPlan = ref _pairs[pair];
                pairPlan.Component = component;
                pairPlan.X = (x >> 1) * 2 * component.ScaledSize;
                pairPlan.Y = y * component.ScaledSize;
                pairPlan.Step = 2 * width * component.ScaledSize;
                if ((x & 1) == 0)
                {
                    pairPlan.Left = plan;
                }
                else
                {
                    pairPlan.Right = plan;
                }
            }

            first += width * Height(scan, i);
        }
    }

    private static int Width(JpegScan scan, int component) => scan.Interleaved ? scan.Components[component].HorizontalSampling : 1;

    private static int Height(JpegScan scan, int component) => scan.Interleaved ? scan.Components[component].VerticalSampling : 1;
}
