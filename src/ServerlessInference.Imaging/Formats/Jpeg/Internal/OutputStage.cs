namespace ServerlessInference.Imaging.Formats.Jpeg;

/// <summary>Converts sample rows to RGB rows: upsampling, colour conversion, orientation.</summary>
/// <remarks>
/// The sample rows of two rows of MCUs are kept, because the triangle filters also read the sample rows above and below. For the same
/// reason the last rows of pixels of a row of MCUs can be written only after the next row of MCUs has been decoded.
/// </remarks>
internal sealed unsafe class OutputStage
{
    private readonly JpegFrame _frame;
    private readonly PinnedBuffer<byte> _rows = new();
    private readonly PinnedBuffer<byte> _upsampled = new();
    private readonly PinnedBuffer<short> _sums = new();
    private readonly OrientedWriter _writer = new();
    private readonly ComponentUpsampler[] _upsamplers = new ComponentUpsampler[JpegFrame.MaxComponents];
    private JpegColorSpace _colorSpace;
    private int _nextRow;
    private bool _needsContext;

    public OutputStage(JpegFrame frame)
    {
        _frame = frame;
        for (int i = 0; i < _upsamplers.Length; i++)
        {
            _upsamplers[i] = new ComponentUpsampler();
        }
    }

    /// <summary>Prepares for an image and assigns the components their sample rows and multipliers.</summary>
    /// <param name="orientation">The orientation to apply, 1 to 8.</param>
    public void Begin(int orientation)
    {
        Span<JpegComponent> components = _frame.Components.AsSpan(0, _frame.ComponentCount);
        long bytes = Upsampling.Slack;
        foreach (JpegComponent component in components)
        {
            // Two MCUs are transformed at a time, so there may be one more than the image has.
            int columns = (_frame.McuColumns + 1) & ~1;
            component.RowStride = (columns * component.HorizontalSampling * component.ScaledSize) + Upsampling.Slack;
            bytes += (long)component.RowStride * 2 * component.RowsPerMcuRow;
        }

        byte* rows = _rows.Ensure(bytes) + Upsampling.Slack;
        int upsampledStride = (_frame.OutputWidth + (2 * Upsampling.Slack)) & ~1;
        byte* upsampled = _upsampled.Ensure((long)upsampledStride * components.Length);
        short* sums = _sums.Ensure(_frame.OutputWidth + (3 * Upsampling.Slack)) + Upsampling.Slack;
        _needsContext = false;
        foreach (JpegComponent component in components)
        {
            component.Rows = rows;
            rows += (nint)component.RowStride * 2 * component.RowsPerMcuRow;
            SetUpMultipliers(component);
            _upsamplers[component.Index].SetUp(_frame, component, upsampled, sums);
            _needsContext |= _upsamplers[component.Index].NeedsContext;
            upsampled += upsampledStride;
        }

        _colorSpace = _frame.ColorSpace;
        _writer.Begin(_frame.OutputWidth, _frame.OutputHeight, orientation);
        _nextRow = 0;
    }

    /// <summary>Writes all rows of pixels for which the sample rows are available.</summary>
    /// <param name="mcuRow">The last row of MCUs whose sample rows have been computed.</param>
    /// <param name="target">The image.</param>
    public void Write(int mcuRow, byte* target)
    {
        int rowsPerMcuRow = _frame.MaxVerticalSampling * _frame.ScaledSize;
        bool last = mcuRow == _frame.McuRows - 1;
        int end = last
            ? _frame.OutputHeight
            : ((mcuRow + 1) * rowsPerMcuRow) - (_needsContext ? _frame.MaxVerticalSampling : 0);
        for (; _nextRow < end; _nextRow++)
        {
            ConvertRow(_nextRow, _writer.GetRow(_nextRow, target));
            _writer.CompleteRow(_nextRow, target);
        }
    }

    private static void SetUpMultipliers(JpegComponent component)
    {
        component.Multipliers = component.MultiplierBuffer.Ensure(ZigZag.PairLength);
        for (int i = 0; i < 64; i++)
        {
            int at = ((i >> 3) * ZigZag.RowStride) + (i & 7);
            component.Multipliers[at] = (short)component.Quantization[i];
            component.Multipliers[at + 8] = (short)component.Quantization[i];
        }
    }

    private void ConvertRow(int row, byte* target)
    {
        int width = _frame.OutputWidth;
        byte* first = _upsamplers[0].GetRow(row);
        switch (_colorSpace)
        {
            case JpegColorSpace.Gray:
                RgbInterleave.Row(first, first, first, width, target);
                break;
            case JpegColorSpace.YCbCr:
                YccToRgb.Convert(first, _upsamplers[1].GetRow(row), _upsamplers[2].GetRow(row), width, target);
                break;
            case JpegColorSpace.Rgb:
                RgbInterleave.Row(first, _upsamplers[1].GetRow(row), _upsamplers[2].GetRow(row), width, target);
                break;
            case JpegColorSpace.Cmyk:
                CmykToRgb.ConvertCmyk(
                    first, _upsamplers[1].GetRow(row), _upsamplers[2].GetRow(row), _upsamplers[3].GetRow(row), width, target);
                break;
            default:
                CmykToRgb.ConvertYcck(
                    first, _upsamplers[1].GetRow(row), _upsamplers[2].GetRow(row), _upsamplers[3].GetRow(row), width, target);
                break;
        }
    }
}
