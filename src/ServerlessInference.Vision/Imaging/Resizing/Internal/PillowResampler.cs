namespace ServerlessInference.Vision.Imaging.Resizing.Internal;

/// <summary>Resizes as Pillow 9.4 does, to the bit: horizontally into 8-bit rows, then vertically.</summary>
/// <remarks>
/// Only the columns of the region and the rows that they need are made: every result depends on its own window alone, so a region is
/// the same bytes as the whole image cut afterwards. Between the passes as many rows are kept as one result needs.
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
        if (_resizesColumns
            && (_columns.Prepare(region.SourceWidth, region.ResizedWidth, region.Left, region.Width, filter) || _sourceWidth != region.SourceWidth))
        {
            _horizontal.Prepare(_columns, region.SourceWidth);
            _sourceWidth = region.SourceWidth;
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
                    MakeRow(source, _nextRow, ring + (_nextRow % _ringRows * _ringStride));
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

    private void MakeRow(byte* source, int y, byte* results)
    {
        int stride = _source!.Stride;
        byte* row = source + ((nint)y * stride);
        if (_horizontal.MinimumPixels <= _region.SourceWidth && y < _region.SourceHeight - 1)
        {
            _horizontal.Run(row, results);
            return;
        }

        // Behind the last row there is nothing that may be read, and a narrow row is shorter than one step reads.
        Grow(ref _lastRow, (Math.Max(_horizontal.MinimumPixels, _region.SourceWidth) * ImageBuffer.Channels) + HorizontalPass.OverRead);
        new ReadOnlySpan<byte>(row, stride).CopyTo(_lastRow);
        fixed (byte* copy = _lastRow)
        {
            _horizontal.Run(copy, results);
        }
    }
}
