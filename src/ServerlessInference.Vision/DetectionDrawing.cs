using System.Globalization;
using ServerlessInference.Imaging;

namespace ServerlessInference.Vision;

/// <summary>Draws detected objects onto an image: a box in the colour of the class, with label and score.</summary>
/// <remarks>
/// Text is drawn in a built-in font of ASCII characters; other characters appear as question marks. A class always has the same colour.
/// Thread-safe and stateless.
/// </remarks>
/// <example>
/// <code>
/// DetectionDrawing.Draw(image, result.Value.Detections);
/// File.WriteAllBytes("boxes.png", PngEncoder.Encode(image));
/// </code>
/// </example>
public static class DetectionDrawing
{
    /// <summary>The line width as a fraction of the mean side of the image, 0.3 percent, as in Ultralytics' plots.</summary>
    private const double LinePerSide = 0.003;

    private const int SidePerTextPixel = 320;

    /// <summary>Draws objects onto an image.</summary>
    /// <param name="image">The image in which the objects were detected, as it is displayed. It is modified.</param>
    /// <param name="detections">The objects in descending order of score. Objects with higher scores are drawn over the others.</param>
    /// <exception cref="ArgumentException">The image is empty.</exception>
    public static void Draw(ImageBuffer image, IReadOnlyList<DetectedObject> detections)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentNullException.ThrowIfNull(detections);
        if (image.Width == 0 || image.Height == 0)
        {
            throw new ArgumentException("The image is empty. Decode an image into it first.", nameof(image));
        }

        double side = (image.Width + (double)image.Height) / 2;
        int thickness = Math.Max(1, (int)Math.Round(side * LinePerSide));
        int scale = Math.Max(1, (int)(side / SidePerTextPixel));
        var canvas = new Canvas(image);
        for (int i = detections.Count - 1; i >= 0; i--)
        {
            DrawBox(canvas, image, detections[i], thickness);
        }

        // Text is drawn last, so that no line crosses it.
        for (int i = detections.Count - 1; i >= 0; i--)
        {
            DrawText(canvas, image, detections[i], scale);
        }
    }

    private static void DrawBox(Canvas canvas, ImageBuffer image, DetectedObject item, int thickness)
    {
        int left = Pixel(item.Box.Left, image.Width);
        int top = Pixel(item.Box.Top, image.Height);
        canvas.Outline(
            left,
            top,
            Math.Max(left + 1, Pixel(item.Box.Right, image.Width)),
            Math.Max(top + 1, Pixel(item.Box.Bottom, image.Height)),
            thickness,
            RgbColor.ForClass(item.Index));
    }

    private static void DrawText(Canvas canvas, ImageBuffer image, DetectedObject item, int scale)
    {
        RgbColor color = RgbColor.ForClass(item.Index);
        int left = Pixel(item.Box.Left, image.Width);
        int top = Pixel(item.Box.Top, image.Height);
        string text = string.Create(CultureInfo.InvariantCulture, $"{item.Label} {item.Score:0.00}");
        (int width, int height) = Canvas.MeasureText(text, scale);

        // The text is above the box if there is room, otherwise inside it, and never extends past the right edge of the image.
        int labelTop = top >= height ? top - height : top;
        int labelLeft = Math.Max(0, Math.Min(left, image.Width - width));
        canvas.Fill(labelLeft, labelTop, labelLeft + width, labelTop + height, color);
        canvas.Write(text, labelLeft + scale, labelTop + scale, scale, color.Contrast);
    }

    private static int Pixel(float side, int length) => float.IsFinite(side) ? (int)Math.Clamp(MathF.Round(side), 0, length) : 0;
}
