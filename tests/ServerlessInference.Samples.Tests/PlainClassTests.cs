using PlainClass;

namespace ServerlessInference.Samples.Tests;

public sealed class PlainClassTests
{
    [Theory]
    [InlineData("square-128x128.png", "square")]
    [InlineData("triangle-200x300.png", "triangle")]
    [InlineData("star-256x256.jpg", "star")]
    public async Task HandleAsync_SampleImage_SaysItsShape(string file, string expected)
    {
        await using var classifier = new ShapeClassifier();
        byte[] image = await File.ReadAllBytesAsync(
            Path.Combine(Repository.DemoModel, "samples", file), TestContext.Current.CancellationToken);

        string label = await classifier.HandleAsync(image, TestContext.Current.CancellationToken);

        Assert.Equal(expected, label);
    }

    [Fact]
    public async Task HandleAsync_NotAnImage_ThrowsInvalidInput()
    {
        await using var classifier = new ShapeClassifier();

        var exception = await Assert.ThrowsAsync<InvalidInputException>(
            () => classifier.HandleAsync("no image"u8.ToArray(), TestContext.Current.CancellationToken));

        Assert.Equal(InvalidInputKind.UnsupportedFormat, exception.Kind);
    }
}
