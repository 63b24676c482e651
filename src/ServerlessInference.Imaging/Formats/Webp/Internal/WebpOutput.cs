namespace ServerlessInference.Imaging.Formats.Webp;

/// <summary>Receives the rows of the picture and puts them where the image needs them.</summary>
/// <remarks>
/// The picture may be smaller than the image, if it is a frame of an animation. Outside it the image is transparent: black, or the
/// background if transparency is composed.
/// </remarks>
internal sealed unsafe class WebpOutput
{
    private readonly OrientedWriter _writer = new();
    private byte* _image;
    private int _width;
    private int _height;
    private int _left;
    private int _top;
    private int _pictureWidth;
    private int _pictureHeight;
    private int _background;
    private bool _compose;

    /// <summary>Gets a value indicating whether <see cref="CompleteRow"/> needs the transparency.</summary>
    public bool NeedsAlpha => _compose;

    /// <summary>Prepares for an image.</summary>
    /// <param name="contents">The image and where its picture is.</param>
    /// <param name="orientation">The orientation to apply, 1 to 8.</param>
    /// <param name="options">How transparency is handled.</param>
    /// <param name="image">The whole displayed image.</param>
    public void Begin(in WebpContents contents, int orientation, ImageDecodeOptions options, byte* image)
    {
        _image = image;
        _width = contents.Width;
        _height = contents.Height;
        _left = contents.Left;
        _top = contents.Top;
        _pictureWidth = contents.Image.Width;
        _pictureHeight = contents.Image.Height;
        _compose = options.Alpha == AlphaMode.Compose;
        _background = _compose ? options.Background : 0;
        _writer.Begin(_width, _height, orientation);
        FillRows(0, _top);
    }

    /// <summary>Gets the memory for the pixels of a row of the picture. Rows must be requested one after the other.</summary>
    public byte* GetRow(int row) => _writer.GetRow(_top + row, _image) + (_left * ImageBuffer.Channels);

    /// <summary>Completes a row after its pixels have been written.</summary>
    /// <param name="row">The index of the row in the picture.</param>
    /// <param name="alpha">The transparency of the pixels; <see langword="null"/> if all are opaque.</param>
    public void CompleteRow(int row, byte* alpha)
    {
        byte* pixels = _writer.GetRow(_top + row, _image);
        byte* picture = pixels + (_left * ImageBuffer.Channels);
        for (int x = 0; _compose && alpha != null && x < _pictureWidth; x++)
        {
            AlphaBlend.Apply(picture + (x * ImageBuffer.Channels), alpha[x], _background);
        }

        Fill(pixels, _left);
        Fill(picture + (_pictureWidth * ImageBuffer.Channels), _width - _left - _pictureWidth);
        _writer.CompleteRow(_top + row, _image);
        if (row == _pictureHeight - 1)
        {
            FillRows(_top + _pictureHeight, _height);
        }
    }

    private void FillRows(int first, int end)
    {
        for (int row = first; row < end; row++)
        {
            Fill(_writer.GetRow(row, _image), _width);
            _writer.CompleteRow(row, _image);
        }
    }

    private void Fill(byte* pixels, int count)
    {
        for (int i = 0; i < count; i++, pixels += ImageBuffer.Channels)
        {
            pixels[0] = (byte)(_background >> 16);
            pixels[1] = (byte)(_background >> 8);
            pixels[2] = (byte)_background;
        }
    }
}
