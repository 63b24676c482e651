namespace ServerlessInference.Imaging.Formats.Webp;

/// <summary>Decodes lossy pictures: VP8 key frames (RFC 6386). Reusable for any number of pictures, one at a time.</summary>
/// <remarks>
/// One row of macroblocks is in memory at a time, and below it the last rows of the one before: their pixels are final only after the edge
/// between the two has been filtered, and upsampling the colours needs one row above and below.
/// </remarks>
internal sealed unsafe class Vp8Decoder
{
    private const int HeaderLength = 10;

    /// <summary>The number of bytes before each row. The last one is the pixel to the left of the image.</summary>
    private const int LeftMargin = 16;

    private const int KeptRows = 8;
    private const int KeptUvRows = 5;

    private readonly PinnedBuffer<byte> _data = new();
    private readonly PinnedBuffer<byte> _band = new();
    private readonly PinnedBuffer<ushort> _sums = new();
    private readonly PinnedBuffer<Vp8FilterStrength> _strengths = new();
    private readonly PinnedBuffer<bool> _inner = new();
    private readonly Vp8FrameHeader _header = new();
    private readonly Vp8Macroblock _macroblock;
    private readonly Vp8Reconstruction _reconstruction = new();
    private readonly Vp8BoolReader[] _partitions = new Vp8BoolReader[8];
    private readonly nint[] _partitionEnds = new nint[8];
    private int _width;
    private int _height;
    private int _columns;
    private int _rows;
    private int _stride;
    private int _uvStride;
    private byte* _y;
    private byte* _u;
    private byte* _v;
    private byte* _upsampledU;
    private byte* _upsampledV;
    private Vp8FilterStrength* _strength;
    private bool* _innerEdges;
    private int _nextRow;

    public Vp8Decoder() => _macroblock = new Vp8Macroblock(_header);

    /// <summary>Decodes a picture.</summary>
    /// <param name="image">The picture. Its header has been checked.</param>
    /// <param name="output">Receives the rows.</param>
    /// <param name="alpha">The transparency, one byte per pixel; <see langword="null"/> if all are opaque.</param>
    public void Decode(in WebpImage image, WebpOutput output, byte* alpha)
    {
        byte* data = Copy(image.Data);
        byte* end = data + image.Data.Length;
        byte* firstEnd = data + HeaderLength + ((data[0] | (data[1] << 8) | (data[2] << 16)) >> 5);
        if (firstEnd > end)
        {
            throw WebpErrors.Truncated("image header");
        }

        var modes = new Vp8BoolReader(data + HeaderLength);
        _header.Read(ref modes, firstEnd);
        FindPartitions(firstEnd, end);
        Begin(image.Width, image.Height);
        for (int row = 0; row < _rows; row++)
        {
            DecodeRow(row, ref modes, firstEnd);
            if (_header.HasFilter)
            {
                FilterRow(row);
            }

            WriteRows(row, output, alpha);
            KeepRows();
        }
    }

    private byte* Copy(ReadOnlySpan<byte> data)
    {
        byte* copy = _data.Ensure(data.Length + (long)Vp8BoolReader.Padding);
        data.CopyTo(new Span<byte>(copy, data.Length));
        new Span<byte>(copy + data.Length, Vp8BoolReader.Padding).Clear();
        return copy;
    }

    // The sizes of all partitions but the last one come first. A partition that is longer than the data ends with the data.
    private void FindPartitions(byte* sizes, byte* end)
    {
        int count = _header.PartitionCount;
        byte* start = sizes + (3 * (count - 1));
        if (start >= end)
        {
            throw WebpErrors.Truncated("partition sizes");
        }

        for (int i = 0; i < count; i++, sizes += 3)
        {
            long size = end - start;
            if (i < count - 1)
            {
                size = Math.Min(size, sizes[0] | (sizes[1] << 8) | (sizes[2] << 16));
            }

            _partitions[i] = new Vp8BoolReader(start);
            start += size;
            _partitionEnds[i] = (nint)start;
            if (i == count - 1 && size == 0)
            {
                throw WebpErrors.Truncated("partitions");
            }
        }
    }

    private void Begin(int width, int height)
    {
        _width = width;
        _height = height;
        _columns = (width + 15) / 16;
        _rows = (height + 15) / 16;
        _stride = LeftMargin + (_columns * 16) + WebpYuv.Slack;
        _uvStride = LeftMargin + (_columns * 8) + WebpYuv.Slack;
        long yLength = (long)_stride * (KeptRows + 16);
        long uvLength = (long)_uvStride * (KeptUvRows + 8);
        long upsampledLength = (_columns * 16) + (2L * WebpYuv.Slack);
        byte* band = _band.Ensure(yLength + (2 * uvLength) + (2 * upsampledLength) + WebpYuv.Slack);

        // Only the margins keep this value.
        new Span<byte>(band, (int)(yLength + (2 * uvLength))).Fill(Vp8Reconstruction.LeftBorder);
        _y = band + LeftMargin;
        _u = _y + yLength;
        _v = _u + uvLength;
        _upsampledU = band + yLength + (2 * uvLength);
        _upsampledV = _upsampledU + upsampledLength;
        _strength = _strengths.Ensure(_columns);
        _innerEdges = _inner.Ensure(_columns);
        _nextRow = 0;
        _macroblock.BeginImage(_columns);
        _reconstruction.BeginImage(_columns);
    }

    private void DecodeRow(int row, ref Vp8BoolReader modes, byte* modesEnd)
    {
        int partition = row & (_header.PartitionCount - 1);
        Vp8BoolReader tokens = _partitions[partition];
        var tokensEnd = (byte*)_partitionEnds[partition];
        byte* y = _y + (KeptRows * _stride);
        byte* u = _u + (KeptUvRows * _uvStride);
        byte* v = _v + (KeptUvRows * _uvStride);
        _macroblock.BeginRow();
        for (int column = 0; column < _columns; column++)
        {
            _macroblock.Read(ref modes, modesEnd, ref tokens, tokensEnd, column);
            _reconstruction.Reconstruct(_macroblock, column, y + (column * 16), u + (column * 8), v + (column * 8), _stride, _uvStride);
            _macroblock.Clear();
            ref Vp8Segment segment = ref _header.Segment[_macroblock.Segment];
            _strength[column] = _macroblock.IsSplit ? segment.Split : segment.Whole;
            _innerEdges[column] = _macroblock.IsSplit || _macroblock.HasCoefficients;
        }

        _partitions[partition] = tokens;
        _reconstruction.EndRow(y + (15 * _stride), u + (7 * _uvStride), v + (7 * _uvStride));
    }

    private void FilterRow(int row)
    {
        byte* y = _y + (KeptRows * _stride);
        byte* u = _u + (KeptUvRows * _uvStride);
        byte* v = _v + (KeptUvRows * _uvStride);
        for (int column = 0; column < _columns; column++, y += 16, u += 8, v += 8)
        {
            Vp8FilterStrength strength = _strength[column];
            if (strength.Limit == 0)
            {
                continue;
            }

            if (_header.SimpleFilter)
            {
                FilterSimple(y, strength.Limit, _innerEdges[column], column > 0, row > 0);
            }
            else
            {
                Filter(y, u, v, strength, _innerEdges[column], column > 0, row > 0);
            }
        }
    }

    private void FilterSimple(byte* y, int limit, bool inner, bool left, bool top)
    {
        if (left)
        {
            Vp8LoopFilter.SimpleVerticalEdge(y, _stride, limit + 4);
        }

        for (int x = 4; inner && x < 16; x += 4)
        {
            Vp8LoopFilter.SimpleVerticalEdge(y + x, _stride, limit);
        }

        if (top)
        {
            Vp8LoopFilter.SimpleHorizontalEdge(y, _stride, limit + 4);
        }

        for (int row = 4; inner && row < 16; row += 4)
        {
            Vp8LoopFilter.SimpleHorizontalEdge(y + (row * _stride), _stride, limit);
        }
    }

    private void Filter(byte* y, byte* u, byte* v, Vp8FilterStrength strength, bool inner, bool left, bool top)
    {
        int limit = strength.Limit;
        byte* lower = y + (8 * _stride);
        if (left)
        {
            Vp8LoopFilter.VerticalEdge(y, lower, _stride, limit + 4, strength, inner: false);
            Vp8LoopFilter.VerticalEdge(u, v, _uvStride, limit + 4, strength, inner: false);
        }

        if (inner)
        {
            Vp8LoopFilter.VerticalEdge(y + 4, lower + 4, _stride, limit, strength, inner: true);
            Vp8LoopFilter.VerticalEdge(y + 8, lower + 8, _stride, limit, strength, inner: true);
            Vp8LoopFilter.VerticalEdge(y + 12, lower + 12, _stride, limit, strength, inner: true);
            Vp8LoopFilter.VerticalEdge(u + 4, v + 4, _uvStride, limit, strength, inner: true);
        }

        if (top)
        {
            Vp8LoopFilter.HorizontalEdge(y, y + 8, _stride, limit + 4, strength, inner: false);
            Vp8LoopFilter.HorizontalEdge(u, v, _uvStride, limit + 4, strength, inner: false);
        }

        if (inner)
        {
            for (int row = 4; row < 16; row += 4)
            {
                byte* edge = y + (row * _stride);
                Vp8LoopFilter.HorizontalEdge(edge, edge + 8, _stride, limit, strength, inner: true);
            }

            Vp8LoopFilter.HorizontalEdge(u + (4 * _uvStride), v + (4 * _uvStride), _uvStride, limit, strength, inner: true);
        }
    }

    // Writes all rows that the next row of macroblocks does not change any more.
    private void WriteRows(int macroblockRow, WebpOutput output, byte* alpha)
    {
        int end = macroblockRow == _rows - 1 ? _height : (macroblockRow * 16) + 16 - KeptRows;
        int samples = (_width + 1) / 2;
        int lastUvRow = ((_height + 1) / 2) - 1;
        int firstRow = (macroblockRow * 16) - KeptRows;
        int firstUvRow = (macroblockRow * 8) - KeptUvRows;
        ushort* sums = _sums.Ensure(samples + (3L * WebpYuv.Slack)) + WebpYuv.Slack;
        for (; _nextRow < end; _nextRow++)
        {
            int near = _nextRow / 2;
            int far = Math.Clamp((_nextRow & 1) == 0 ? near - 1 : near + 1, 0, lastUvRow);
            nint nearOffset = (nint)(near - firstUvRow) * _uvStride;
            nint farOffset = (nint)(far - firstUvRow) * _uvStride;
            WebpYuv.Upsample(_u + nearOffset, _u + farOffset, samples, sums, _upsampledU);
            WebpYuv.Upsample(_v + nearOffset, _v + farOffset, samples, sums, _upsampledV);
            byte* y = _y + ((nint)(_nextRow - firstRow) * _stride);
            WebpYuv.Convert(y, _upsampledU, _upsampledV, _width, output.GetRow(_nextRow));
            output.CompleteRow(_nextRow, alpha == null ? null : alpha + ((nint)_nextRow * _width));
        }
    }

    private void KeepRows()
    {
        Move(_y - LeftMargin, _stride, KeptRows, 16);
        Move(_u - LeftMargin, _uvStride, KeptUvRows, 8);
        Move(_v - LeftMargin, _uvStride, KeptUvRows, 8);
    }

    private static void Move(byte* plane, int stride, int kept, int rows)
    {
        var source = new ReadOnlySpan<byte>(plane + ((nint)rows * stride), kept * stride);
        source.CopyTo(new Span<byte>(plane, kept * stride));
    }
}
