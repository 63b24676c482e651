namespace ServerlessInference.Imaging.Formats;

/// <summary>Provides the memory for decoded rows and moves them to the place that the orientation of the image requires.</summary>
/// <remarks>
/// Without an orientation, rows are decoded directly into the image. Otherwise they are collected in strips of 16 rows, since moving a
/// strip at once uses the processor's cache better when rows become columns.
/// </remarks>
internal sealed unsafe class OrientedWriter
{
    private const int StripRows = 16;

    private readonly PinnedBuffer<byte> _strip = new();
    private byte* _rows;
    private int _width;
    private int _height;
    private int _orientation;

    /// <summary>Prepares for an image.</summary>
    /// <param name="width">The stored width in pixels.</param>
    /// <param name="height">The stored height in pixels.</param>
    /// <param name="orientation">The EXIF orientation, 1 to 8.</param>
    public void Begin(int width, int height, int orientation)
    {
        _width = width;
        _height = height;
        _orientation = orientation;
        _rows = orientation == ExifOrientation.Normal ? null : _strip.Ensure((long)Stride * StripRows);
    }

    private int Stride => _width * ImageBuffer.Channels;

    /// <summary>Gets the memory into which a row is decoded.</summary>
    /// <param name="row">The index of the stored row. Rows must be requested one after the other.</param>
    /// <param name="image">The whole displayed image.</param>
    /// <returns>The memory for the pixels of the row.</returns>
    public byte* GetRow(int row, byte* image) => _orientation == ExifOrientation.Normal
        ? image + ((nint)row * Stride)
        : _rows + (row % StripRows * Stride);

    /// <summary>Completes a row after its pixels have been written.</summary>
    /// <param name="row">The index of the stored row.</param>
    /// <param name="image">The whole displayed image.</param>
    public void CompleteRow(int row, byte* image)
    {
        int count = (row % StripRows) + 1;
        if (_orientation != ExifOrientation.Normal && (count == StripRows || row == _height - 1))
        {
            var rows = new ReadOnlySpan<byte>(_rows, count * Stride);
            OrientationTransform.WriteRows(rows, _width, _height, row + 1 - count, _orientation, new Span<byte>(image, _height * Stride));
        }
    }
}
