using ServerlessInference.Vision.Detection.Heads;

namespace ServerlessInference.Vision.Tests.Detection.Internal.Heads;

public sealed class AnchorGridTests
{
    [Theory]
    [InlineData(8400, 640, 640, 1)]
    [InlineData(25200, 640, 640, 3)]
    [InlineData(3549, 416, 416, 1)]
    [InlineData(34000, 640, 640, 1)] // strides 4, 8, 16, 32
    [InlineData(102000, 1280, 1280, 3)] // strides 8, 16, 32, 64
    [InlineData(2000, 640, 640, 1)] // strides 16, 32
    [InlineData(6300, 480, 640, 1)]
    [InlineData(300, 640, 640, 0)]
    [InlineData(-1, 640, 640, 0)]
    [InlineData(8400, 0, 0, 0)]
    public void GetBoxesPerCell_BoxCount_ReturnsBoxesPerCell(long boxes, int height, int width, int expected) =>
        Assert.Equal(expected, AnchorGrid.GetBoxesPerCell(boxes, height, width));

    [Theory]
    [InlineData(3549, 416, 416, 3)]
    [InlineData(34000, 1280, 1280, 4)]
    [InlineData(25200, 640, 640, 0)]
    public void GetYoloxLevels_BoxCount_ReturnsNumberOfGrids(long boxes, int height, int width, int expected) =>
        Assert.Equal(expected, AnchorGrid.GetYoloxLevels(boxes, height, width));
}
