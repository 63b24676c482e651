namespace ServerlessInference.Imaging;

/// <summary>Draws rectangles and text onto an image.</summary>
/// <remarks>
/// Coordinates are pixels; anything outside the image is clipped. Text is drawn in a built-in font of ASCII characters, 5 pixels wide and 9
/// pixels high; other characters appear as question marks. Not thread-safe.
/// </remarks>
/// <example>
/// <code>
/// var canvas = new Canvas(image);
/// canvas.Outline(40, 50, 120, 130, thickness: 2, RgbColor.ForClass(0));
/// canvas.Write("cat", 42, 52, scale: 1, RgbColor.ForClass(0));
/// </code>
/// </example>
public sealed class Canvas
{
    private readonly ImageBuffer _image;

    /// <summary>Creates a canvas.</summary>
    /// <param name="image">The image to draw onto, which must not be empty.</param>
    /// <exception cref="ArgumentException">The image is empty.</exception>
    public Canvas(ImageBuffer image)
    {
        ArgumentNullException.ThrowIfNull(image);
        if (image.Width == 0 || image.Height == 0)
        {
            throw new ArgumentException("The image is empty. Decode an image into it first.", nameof(image));
        }

        _image = image;
    }

    /// <summary>Computes the size of a text, including a margin of one pixel of the font on each side.</summary>
    /// <param name="text">The text.</param>
    /// <param name="scale">The size of a pixel of the font, in pixels of the image.</param>
    /// <returns>The size in pixels. The text itself starts at column and row <paramref name="scale"/>.</returns>
    public static ImageSize MeasureText(ReadOnlySpan<char> text, int scale) =>
        new(((text.Length * PixelFont.Advance) + 1) * scale, (PixelFont.GlyphHeight + 2) * scale);

    /// <summary>Fills a rectangle.</summary>
    /// <param name="left">The first column.</param>
    /// <param name="top">The first row.</param>
    /// <param name="right">The column after the last one.</param>
    /// <param name="bottom">The row after the last one.</param>
    /// <param name="color">The colour.</param>
    public void Fill(int left, int top, int right, int bottom, RgbColor color)
    {
        left = Math.Max(left, 0);
        right = Math.Min(right, _image.Width);
        for (int y = Math.Max(top, 0); y < Math.Min(bottom, _image.Height); y++)
        {
            Span<byte> row = _image.Row(y);
            for (int x = left; x < right; x++)
            {
                row[x * ImageBuffer.Channels] = color.Red;
                row[(x * ImageBuffer.Channels) + 1] = color.Green;
                row[(x * ImageBuffer.Channels) + 2] = color.Blue;
            }
        }
    }

    /// <summary>Draws the outline of a rectangle. The lines are inside the rectangle.</summary>
    /// <param name="left">The first column.</param>
    /// <param name="top">The first row.</param>
    /// <param name="right">The column after the last one.</param>
    /// <param name="bottom">The row after the last one.</param>
    /// <param name="thickness">The line width in pixels.</param>
    /// <param name="color">The colour.</param>
    public void Outline(int left, int top, int right, int bottom, int thickness, RgbColor color)
    {
        Fill(left, top, right, Math.Min(top + thickness, bottom), color);
        Fill(left, Math.Max(bottom - thickness, top), right, bottom, color);
        Fill(left, top, Math.Min(left + thickness, right), bottom, color);
        Fill(Math.Max(right - thickness, left), top, right, bottom, color);
    }

    /// <summary>Writes text in the built-in font.</summary>
    /// <param name="text">The text. Characters other than ASCII are drawn as question marks.</param>
    /// <param name="left">The first column.</param>
    /// <param name="top">The first row.</param>
    /// <param name="scale">The size of a pixel of the font, in pixels of the image.</param>
    /// <param name="color">The colour.</param>
    public void Write(ReadOnlySpan<char> text, int left, int top, int scale, RgbColor color)
    {
        foreach (char character in text)
        {
            ReadOnlySpan<byte> glyph = PixelFont.Glyph(character);
            for (int y = 0; y < glyph.Length; y++)
            {
                for (int x = 0; x < PixelFont.GlyphWidth; x++)
                {
                    if ((glyph[y] >> (PixelFont.GlyphWidth - 1 - x) & 1) != 0)
                    {
                        int column = left + (x * scale);
                        int row = top + (y * scale);
                        Fill(column, row, column + scale, row + scale, color);
                    }
                }
            }

            left += PixelFont.Advance * scale;
        }
    }
}
