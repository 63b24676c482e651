namespace ServerlessInference.Imaging.Tests;

public sealed class CanvasTests
{
    private static readonly RgbColor Red = new(255, 0, 0);

    [Fact]
    public void Outline_Rectangle_ColoursOnlyItsBorder()
    {
        ImageBuffer image = TestImage.Solid(8, 6, 0);

        new Canvas(image).Outline(1, 1, 7, 5, thickness: 1, Red);

        string[] expected =
        [
            "........",
            ".######.",
            ".#....#.",
            ".#....#.",
            ".######.",
            "........",
        ];
        Assert.Equal(expected, Draw(image));
    }

    [Fact]
    public void Fill_BeyondTheImage_IsClipped()
    {
        ImageBuffer image = TestImage.Solid(3, 2, 0);

        new Canvas(image).Fill(-5, -5, 2, 50, Red);

        Assert.Equal(["##.", "##."], Draw(image));
    }

    [Fact]
    public void Write_Text_FitsItsMeasuredSize()
    {
        ImageSize size = Canvas.MeasureText("gjA|", scale: 2);
        ImageBuffer image = TestImage.Solid(size.Width, size.Height, 0);

        new Canvas(image).Write("gjA|", 2, 2, scale: 2, Red);

        string[] rows = Draw(image);
        Assert.Equal((50, 22), (size.Width, size.Height));
        Assert.DoesNotContain('#', rows[0] + rows[1] + rows[^2] + rows[^1]);
        Assert.All(rows, row => Assert.Equal("..", row[..2]));
        Assert.Contains(rows, row => row.Contains('#', StringComparison.Ordinal));
    }

    [Fact]
    public void Create_EmptyImage_Throws() => Assert.Throws<ArgumentException>(() => new Canvas(new ImageBuffer()));

    private static string[] Draw(ImageBuffer image) =>
        [.. Enumerable.Range(0, image.Height).Select(y => string.Concat(
            Enumerable.Range(0, image.Width).Select(x => image.Row(y)[x * 3] == 255 ? '#' : '.')))];
}
