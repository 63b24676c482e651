using ServerlessInference.Vision.Imaging.Internal;

namespace ServerlessInference.Vision.Imaging.Jpeg.Internal;

/// <summary>Hands out rows to write, and puts them where the image's orientation wants them.</summary>
internal sealed unsafe class OrientedWriter
{
    private const int StripRows = 16;

    private readonly PinnedBuffer<byte> _strip = new();
    private byte* _rows;
    private int _width;
    private int _height;
    private int _orientation;

    /// <summary>Prepares for an image.</summary>
    /// <param name="width">Width as stored, in pixels.</param>
    /// <param name="height">Height as stored, in pixels.</param>
    /// <param name="orientation">1 to 8.</param>
    public void Begin(int width, int height, int orientation)
    {
        _width = width;
        _height = height;
        _orientation = orientation;
        _rows = orientation == ExifOrientation.Normal ? null : _strip.Ensure((long)Stride * StripRows);
    }

    private int Stride => _width * ImageBuffer.Channels;

    /// <summary>Gives room for a row.</summary>
    /// <param name="row">The stored row; they come one after the other.</param>
    /// <param name="image">The whole displayed image.</param>
    /// <returns>Room for its pixels.</returns>
    public byte* Row(int row, byte* image) => _orientation == ExifOrientation.Normal
        ? image + ((nint)row * Stride)
        : _rows + (row % StripRows * Stride);

    /// <summary>Takes note of a row that was written.</summary>
    /// <param name="row">The stored row.</param>
    /// <param name="image">The whole displayed image.</param>
    public void Written(int row, byte* image)
    {
        int count = (row % StripRows) + 1;
        if (_orientation != ExifOrientation.Normal && (count == StripRows || row == _height - 1))
        {
            var rows = new ReadOnlySpan<byte>(_rows, count * Stride);
            OrientationTransform.WriteRows(rows, _width, _height, row + 1 - count, _orientation, new Span<byte>(image, _height * Stride));
        }
    }
}
