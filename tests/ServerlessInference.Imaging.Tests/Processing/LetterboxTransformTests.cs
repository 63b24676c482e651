using ServerlessInference.Imaging.Processing;

namespace ServerlessInference.Imaging.Tests.Processing;

public sealed class LetterboxTransformTests
{
    private readonly LetterboxTransform _transform = new(1920, 1080, 1 / 3.0, 1 / 3.0, 0, 140);

    [Theory]
    [InlineData(0, 0)]
    [InlineData(320, 960)]
    [InlineData(640, 1920)]
    [InlineData(700, 1920)]
    [InlineData(-5, 0)]
    public void ToSourceX_Column_MapsIntoImage(float x, float expected) => Assert.Equal(expected, _transform.ToSourceX(x), 1e-3f);

    [Theory]
    [InlineData(140, 0)]
    [InlineData(320, 540)]
    [InlineData(500, 1080)]
    [InlineData(639, 1080)]
    [InlineData(3, 0)]
    public void ToSourceY_Row_MapsIntoImage(float y, float expected) => Assert.Equal(expected, _transform.ToSourceY(y), 1e-3f);
}
