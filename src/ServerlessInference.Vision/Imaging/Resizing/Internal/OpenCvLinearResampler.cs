namespace ServerlessInference.Vision.Imaging.Resizing.Internal;

/// <summary>Resizes as OpenCV 4.6's <c>INTER_LINEAR</c> does with 8-bit images. Halving both sides is another computation: <see cref="OpenCvHalvingResampler"/>.</summary>
internal sealed unsafe class OpenCvLinearResampler(VectorPath path) : RowResampler
{
    private readonly OpenCvLinearPass _pass = new(path);
    private readonly int[] _rowsHeld = new int[2];
    private ImageBuffer? _source;
    private PixelRegion _region;
    private int[] _starts = [];
    private short[] _weights = [];
    private short[] _held = [];
    private byte[] _lastRow = [];
    private int _heldStride;

    public override void Begin(ImageBuffer source, in PixelRegion region)
    {
        _source = source;
        _region = region;
        _pass.Prepare(region.SourceWidth, region.ResizedWidth, region.Left, region.Width);
        Grow(ref _starts, region.Height);
        Grow(ref _weights, 2 * region.Height);
        OpenCvLinearWeights.Fill(region.SourceHeight, region.ResizedHeight, region.Top, _starts.AsSpan(0, region.Height), _weights);
        _heldStride = (region.Width * ImageBuffer.Channels) + OpenCvLinearPass.OverWrite;
        Grow(ref _held, 2 * _heldStride);
        _rowsHeld.AsSpan().Fill(-1);
    }

    public override void ReadRow(int y, Span<byte> row)
    {
        int length = _region.Width * ImageBuffer.Channels;
        int upper = Math.Clamp(_starts[y], 0, _region.SourceHeight - 1);
        int lower = Math.Clamp(_starts[y] + 1, 0, _region.SourceHeight - 1);
        fixed (byte* source = _source!.Pixels, results = row[..length])
        fixed (short* held = _held)
        {
            // Two rows in a row of source rows have different parities, so neither takes the other's place.
            short* first = Hold(source, upper, held);
            short* second = Hold(source, lower, held);
            _pass.Vertical(first, second, _weights[2 * y], _weights[(2 * y) + 1], results, length);
        }
    }

    public override void End() => _source = null;

    private short* Hold(byte* source, int y, short* held)
    {
        int slot = y & 1;
        short* results = held + (slot * _heldStride);
        if (_rowsHeld[slot] == y)
        {
            return results;
        }

        _rowsHeld[slot] = y;
        int stride = _source!.Stride;
        byte* row = source + ((nint)y * stride);
        if (y < _region.SourceHeight - 1 && _region.SourceWidth > 1)
        {
            _pass.Horizontal(row, results);
            return results;
        }

        Grow(ref _lastRow, stride + ImageBuffer.Channels + OpenCvLinearPass.OverRead);
        new ReadOnlySpan<byte>(row, stride).CopyTo(_lastRow);
        fixed (byte* copy = _lastRow)
        {
            _pass.Horizontal(copy, results);
        }

        return results;
    }
}
