namespace ServerlessInference.Imaging.Processing;

/// <summary>Resizes as Pillow 9.4 does, bit for bit: horizontally into 8-bit rows, then vertically.</summary>
/// <remarks>
/// <para>Only the columns of the region and the rows they depend on are computed. A result depends only on its own window of source pixels,
/// so a region has the same bytes as the whole image cropped afterwards.</para>
/// <para>Horizontal results are kept in a ring buffer that has as many rows as the vertical window, <c>row % ringRows</c> being the slot of
/// a row. Windows only ever move down, so each row is computed once.</para>
/// </remarks>
internal sealed unsafe class PillowResampler(ResizeFilter filter, VectorPath path) : RowResampler
{
    private readonly AxisWeights _columns = new();
    private readonly AxisWeights _rows = new();
    private readonly HorizontalPass _horizontal = new(path);
    private readonly VerticalPass _vertical = new(path);
    private ImageBuffer? _source;
    private PixelRegion _region;
    private byte[] _ring = [];
    private byte[] _lastRow = [];
    private nint[] _pointers = [];
    private int _sourceWidth;
    private int _ringStride;
    private int _ringRows;
    private int _nextRow;
    private bool _resizesColumns;
    private bool _resizesRows;

    public override void Begin(ImageBuffer source, in PixelRegion region)
    {
        _source = source;
        _region = region;
        _resizesColumns = region.SourceWidth != region.ResizedWidth;
        _resizesRows = region.SourceHeight != region.ResizedHeight;
        if (_resizesColumns)
        {
            bool changed = _columns.Prepare(region.SourceWidth, region.ResizedWidth, region.Left, region.Width, filter);
            if (changed || _sourceWidth != region.SourceWidth)
            {
                _horizontal.Prepare(_columns, region.SourceWidth);
                _sourceWidth = region.SourceWidth;
            }
        }

        if (_resizesRows && _rows.Prepare(region.SourceHeight, region.ResizedHeight, region.Top, region.Height, filter))
        {
            _vertical.Prepare(_rows);
        }

        _nextRow = 0;
        _ringRows = _resizesRows ? _rows.Taps : 1;
        _ringStride = (region.Width * ImageBuffer.Channels) + HorizontalPass.OverWrite;
        Grow(ref _pointers, _ringRows + 1);
        if (_resizesColumns)
        {
            Grow(ref _ring, checked(_ringRows * _ringStride));
        }
    }

    public override void ReadRow(int y, Span<byte> row)
    {
        int length = _region.Width * ImageBuffer.Channels;
        int start = _resizesRows ? _rows.Starts[y] : _region.Top + y;
        int count = _resizesRows ? _rows.Counts[y] : 1;
        fixed (byte* source = _source!.Pixels, ring = _ring, results = row[..length])
        fixed (nint* pointers = _pointers)
        {
            if (_resizesColumns)
            {
                for (_nextRow = Math.Max(_nextRow, start); _nextRow < start + count; _nextRow++)
                {
                    ComputeRow(source, _nextRow, ring + (_nextRow % _ringRows * _ringStride));
                }
            }

            for (int i = 0; i < count; i++)
            {
                pointers[i] = _resizesColumns
                    ? (nint)(ring + ((start + i) % _ringRows * _ringStride))
                    : (nint)(source + ((nint)(start + i) * _source.Stride) + (_region.Left * ImageBuffer.Channels));
            }

            if (_resizesRows)
            {
                _vertical.Run(y, (byte**)pointers, results, length);
            }
            else
            {
                new ReadOnlySpan<byte>((byte*)pointers[0], length).CopyTo(row);
            }
        }
    }

    public override void End() => _source = null;

    private void ComputeRow(byte* source, int y, byte* results)
    {
        int stride = _source!.Stride;
        byte* row = source + ((nint)y * stride);
        if (_horizontal.MinimumPixels <= _region.SourceWidth && y < _region.SourceHeight - 1)
        {
            _horizontal.Run(row, results);
            return;
        }

        // The pass reads past the end of a row, and at least MinimumPixels. Past the last row of the image that would be outside its
        // memory, and a narrow row is too short, so in both cases the row is copied to a larger buffer first.
        Grow(ref _lastRow, (Math.Max(_horizontal.MinimumPixels, _region.SourceWidth) * ImageBuffer.Channels) + HorizontalPass.OverRead);
        new ReadOnlySpan<byte>(row, stride).CopyTo(_lastRow);
        fixed (byte* copy = _lastRow)
        {
            _horizontal.Run(copy, results);
        }
    }
}
