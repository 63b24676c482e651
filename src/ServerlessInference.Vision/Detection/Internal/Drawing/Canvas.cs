using ServerlessInference.Vision.Imaging;

namespace ServerlessInference.Vision.Detection.Internal.Drawing;

/// <summary>Draws filled rectangles and text onto an image; what lies outside is left out. Not thread-safe.</summary>
/// <param name="image">The image, not empty.</param>
internal readonly struct Canvas(ImageBuffer image)
{
    /// <summary>Fills a rectangle.</summary>
    /// <param name="left">The first column.</param>
    /// <param name="top">The first row.</param>
    /// <param name="right">The column behind the last.</param>
    /// <param name="bottom">The row behind the last.</param>
    /// <param name="color">The colour.</param>
    public void Fill(int left, int top, int right, int bottom, RgbColor color)
    {
        left = Math.Max(left, 0);
        right = Math.Min(right, image.Width);
        for (int y = Math.Max(top, 0); y < Math.Min(bottom, image.Height); y++)
        {
            Span<byte> row = image.Row(y);
            for (int x = left; x < right; x++)
            {
                row[x * ImageBuffer.Channels] = color.Red;
                row[(x * ImageBuffer.Channels) + 1] = color.Green;
                row[(x * ImageBuffer.Channels) + 2] = color.Blue;
            }
        }
    }

    /// <summary>Draws the outline of a rectangle, inwards.</summary>
    /// <param name="left">The first column.</param>
    /// <param name="top">The first row.</param>
    /// <param name="right">The column behind the last.</param>
    /// <param name="bottom">The row behind the last.</param>
    /// <param name="thickness">The lines' width in pixels.</param>
    /// <param name="color">The colour.</param>
    public void Outline(int left, int top, int right, int bottom, int thickness, RgbColor color)
    {
        Fill(left, top, right, Math.Min(top + thickness, bottom), color);
        Fill(left, Math.Max(bottom - thickness, top), right, bottom, color);
        Fill(left, top, Math.Min(left + thickness, right), bottom, color);
        Fill(Math.Max(right - thickness, left), top, right, bottom, color);
    }

    /// <summary>Writes text in the built-in font.</summary>
    /// <param name="text">The text; what is not ASCII looks like question marks.</param>
    /// <param name="left">The first column.</param>
    /// <param name="top">The first row.</param>
    /// <param name="scale">Pixels per pixel of the font.</param>
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
