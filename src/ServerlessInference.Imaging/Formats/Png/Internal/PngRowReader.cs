using System.Buffers;

namespace ServerlessInference.Imaging.Formats.Png;

/// <summary>Reads the rows of a PNG, inflating them in batches, and reverses their filters.</summary>
/// <remarks>
/// Reusable for any number of images, one after the other. It holds rented memory between <see cref="Begin"/> and <see cref="End"/>.
/// </remarks>
internal sealed unsafe class PngRowReader
{
    private Stream _inflater = Stream.Null;
    private int _distance;
    private int _capacity;
    private byte[] _above = [];
    private byte[] _batch = [];
    private int _rowBytes;
    private int _rowsRemaining;
    private int _batchRows;
    private int _next;

    /// <summary>Starts an image.</summary>
    public void Begin(Stream inflater, int maxRowBytes, int batchRows, int distance)
    {
        _inflater = inflater;
        _distance = distance;
        _capacity = (maxRowBytes + 1) * batchRows;
        _above = ArrayPool<byte>.Shared.Rent(maxRowBytes + PngUnfilter.Slack);
        _batch = ArrayPool<byte>.Shared.Rent(_capacity + PngUnfilter.Slack);
    }

    /// <summary>
    /// Starts an image, or one pass of an interlaced image. Filters treat the row above the first row as zeros.
    /// </summary>
    public void BeginPass(int rowBytes, int rows)
    {
        _rowBytes = rowBytes;
        _rowsRemaining = rows;
        _batchRows = 0;
        _next = 0;
        _above.AsSpan(0, rowBytes).Clear();
    }

    /// <summary>Reads the next row.</summary>
    /// <returns>The unfiltered row, valid until the next call.</returns>
    /// <exception cref="EndOfStreamException">The data ends before the row is complete.</exception>
    public ReadOnlySpan<byte> Read()
    {
        int stride = _rowBytes + 1;
        if (_next == _batchRows)
        {
            // The next batch overwrites this one, whose last row is still needed as the row above the first of the next batch.
            if (_batchRows > 0)
            {
                _batch.AsSpan(((_batchRows - 1) * stride) + 1, _rowBytes).CopyTo(_above);
            }

            _batchRows = Math.Min(_rowsRemaining, _capacity / stride);
            _inflater.ReadExactly(_batch, 0, _batchRows * stride);
            _rowsRemaining -= _batchRows;
            _next = 0;
        }

        fixed (byte* batch = _batch, top = _above)
        {
            byte* row = batch + (_next * stride);
            byte* above = _next == 0 ? top : row - _rowBytes;
            if (!PngUnfilter.TryApply(row[0], row + 1, above, _rowBytes, _distance))
            {
                throw new InvalidImageException(
                    $"A row of the PNG has filter {row[0]}; the valid filters are 0 to 4. The file is damaged.");
            }
        }

        return _batch.AsSpan((_next++ * stride) + 1, _rowBytes);
    }

    /// <summary>Returns the memory that <see cref="Begin"/> rented.</summary>
    public void End()
    {
        ArrayPool<byte>.Shared.Return(_above);
        ArrayPool<byte>.Shared.Return(_batch);
        _inflater = Stream.Null;
        _above = [];
        _batch = [];
    }
}
