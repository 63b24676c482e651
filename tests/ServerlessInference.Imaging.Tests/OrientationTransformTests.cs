namespace ServerlessInference.Imaging.Tests;

public sealed class OrientationTransformTests
{
    private const int Width = 5;
    private const int Height = 7;

    // Where the stored pixel (x, y) is displayed, by the definition of each orientation in EXIF.
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    public void WriteRows_InStrips_MovesEveryPixelToDisplayedPosition(int orientation)
    {
        byte[] stored = [.. Enumerable.Range(0, Width * Height * 3).Select(i => (byte)i)];
        byte[] displayed = new byte[stored.Length];
        const int StripRows = 3;
        for (int y = 0; y < Height; y += StripRows)
        {
            int rows = Math.Min(StripRows, Height - y);
            OrientationTransform.WriteRows(stored.AsSpan(y * Width * 3, rows * Width * 3), Width, Height, y, orientation, displayed);
        }

        int displayedWidth = OrientationTransform.SwapsSides(orientation) ? Height : Width;
        for (int y = 0; y < Height; y++)
        {
            for (int x = 0; x < Width; x++)
            {
                (int toX, int toY) = Place(x, y, orientation);
                Assert.Equal(stored.AsSpan(((y * Width) + x) * 3, 3), displayed.AsSpan(((toY * displayedWidth) + toX) * 3, 3));
            }
        }
    }

    private static (int X, int Y) Place(int x, int y, int orientation) => orientation switch
    {
        1 => (x, y),
        2 => (Width - 1 - x, y),
        3 => (Width - 1 - x, Height - 1 - y),
        4 => (x, Height - 1 - y),
        5 => (y, x),
        6 => (Height - 1 - y, x),
        7 => (Height - 1 - y, Width - 1 - x),
        _ => (y, Width - 1 - x),
    };
}
