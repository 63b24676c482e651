namespace ServerlessInference.Imaging.Processing;

/// <summary>
/// Resizes 8-bit images as OpenCV 4.6's <c>INTER_LINEAR</c> does, except for halving both sides, which
/// <see cref="OpenCvHalvingResampler"/> does.
/// </summary>
/// <remarks>
/// Each result row is made of two adjacent source rows. Their horizontal results are cached, because the next result row often needs one or
/// both of them again.
/// </remarks>
internal sealed unsafe class OpenCvLinearResampler(VectorPath path) : RowResampler
{
    private readonly OpenCvLinearPass _pass = new(path);
    private readonly int[] _cachedRows = new int[2];
    private ImageBuffer? _source;
    private PixelRegion _region;
    private int[] _starts = [];
    private short[] _weights = [];
    private short[] _cache = [];
    private byte[] _lastRow = [];
    private int _cacheStride;

    public override void Begin(ImageBuffer source, in PixelRegion region)
    {
        _source = source;
        _region = region;
        _pass.Prepare(region.SourceWidth, region.ResizedWidth, region.Left, region.Width);
        Grow(ref _starts, region.Height);
        Grow(ref _weights, 2 * region.Height);
        OpenCvLinearWeights.Fill(region.SourceHeight, region.ResizedHeight, region.Top, _starts.AsSpan(0, region.Height), _weights);
        _cacheStride = (region.Width * ImageBuffer.Channels) + OpenCvLinearPass.OverWrite;
        Grow(ref _cache, 2 * _cacheStride);
        _cachedRows.AsSpan().Fill(-1);
    }

    public override void ReadRow(int y, Span<byte> row)
    {
        int length = _region.Width * ImageBuffer.Channels;
        int upper = Math.Clamp(_starts[y], 0, _region.SourceHeight - 1);
        int lower = Math.Clamp(_starts[y] + 1, 0, _region.SourceHeight - 1);
        fixed (byte* source = _source!.Pixels, results = row[..length])
        fixed (short* cache = _cache)
        {
            // Of two adjacent rows one is even and the other odd. The parity is the cache slot, so neither replaces the other.
            short* first = GetHorizontalResults(source, upper, cache);
            short* second = GetHorizontalResults(source, lower, cache);
            _pass.Vertical(first, second, _weights[2 * y], _weights[(2 * y) + 1], results, length);
        }
    }

    public override void End() => _source = null;

    private short* GetHorizontalResults(byte* source, int y, short* cache)
    {
        int slot = y & 1;
        short* results = cache + (slot * _cacheStride);
        if (_cachedRows[slot] == y)
        {
            return results;
        }

        _cachedRows[slot] = y;
        int stride = _source!.Stride;
        byte* row = source + ((nint)y * stride);
        if (y < _region.SourceHeight - 1 && _region.SourceWidth > 1)
        {
            _pass.Horizontal(row, results);
            return results;
        }

        // The pass reads a little past the end of a row. Past the last row of the image that would be outside its memory, so the row is
        // copied to a larger buffer first. The same applies to a source that is one pixel wide.
        Grow(ref _lastRow, stride + ImageBuffer.Channels + OpenCvLinearPass.OverRead);
        new ReadOnlySpan<byte>(row, stride).CopyTo(_lastRow);
        fixed (byte* copy = _lastRow)
        {
            _pass.Horizontal(copy, results);
        }

        return results;
    }
}
