using ServerlessInference.Imaging;

namespace ServerlessInference.Vision.Tests;

public sealed class DetectionDrawingTests
{
    [Fact]
    public void Draw_Object_DrawsOutlineInClassColour()
    {
        ImageBuffer image = Black(200, 160);

        DetectionDrawing.Draw(image, [new DetectedObject(3, "cat", 0.875f, new BoundingBox(40, 50, 120, 130))]);

        RgbColor color = RgbColor.ForClass(3);
        Assert.Equal(color, Pixel(image, 40, 50));
        Assert.Equal(color, Pixel(image, 119, 90));
        Assert.Equal(color, Pixel(image, 80, 129));
        Assert.Equal(new RgbColor(0, 0, 0), Pixel(image, 80, 90));
        Assert.Equal(new RgbColor(0, 0, 0), Pixel(image, 121, 90));
        Assert.Equal(color, Pixel(image, 40, 40)); // the label is above the box
    }

    [Fact]
    public void Draw_AnyBox_StaysInsideImage()
    {
        ImageBuffer image = Black(30, 20);
        DetectedObject[] objects =
        [
            new(0, "a label much longer than the image", 1, new BoundingBox(0, 0, 30, 20)),
            new(1, "\u00e9\u4e2d", 0, new BoundingBox(-5, -5, 500, 500)),
            new(2, "", 0.5f, new BoundingBox(29.9f, 19.9f, 30, 20)),
            new(3, "nan", float.NaN, new BoundingBox(float.NaN, float.PositiveInfinity, 3, 3)),
        ];

        DetectionDrawing.Draw(image, objects);

        var decoded = new ImageBuffer();
        new ImageDecoder().Decode(PngEncoder.Encode(image), new ImageDecodeOptions(), decoded);
        Assert.Equal(image.Pixels, decoded.Pixels);
    }

    [Fact]
    public void Draw_Twice_ProducesSamePixels()
    {
        ImageBuffer first = Black(100, 100), second = Black(100, 100);
        DetectedObject[] objects =
        [
            new(7, "dog", 0.5f, new BoundingBox(10, 20, 60, 70)), new(8, "cat", 0.4f, new BoundingBox(30, 40, 90, 95))
        ];

        DetectionDrawing.Draw(first, objects);
        DetectionDrawing.Draw(second, objects);

        Assert.Equal(first.Pixels, second.Pixels);
    }

    [Fact]
    public void Draw_EmptyImage_Throws() => Assert.Throws<ArgumentException>(() => DetectionDrawing.Draw(new ImageBuffer(), []));

    private static ImageBuffer Black(int width, int height)
    {
        var image = new ImageBuffer(width, height);
        image.Pixels.Clear();
        return image;
    }

    private static RgbColor Pixel(ImageBuffer image, int x, int y) =>
        new(image.Row(y)[x * 3], image.Row(y)[(x * 3) + 1], image.Row(y)[(x * 3) + 2]);
}
