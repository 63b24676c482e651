using ServerlessInference.Imaging;

namespace ServerlessInference.Vision.Tests.Internal;

public sealed class InvalidImagesTests
{
    [Theory]
    [InlineData(InvalidImageKind.Damaged, InvalidInputKind.Malformed)]
    [InlineData(InvalidImageKind.UnsupportedFormat, InvalidInputKind.UnsupportedFormat)]
    [InlineData(InvalidImageKind.TooLarge, InvalidInputKind.TooLarge)]
    public void ToInputException_EachKind_KeepsKindMessageAndCause(InvalidImageKind kind, InvalidInputKind expected)
    {
        var exception = new InvalidImageException(kind, "The JPEG is damaged.");

        InvalidInputException translated = InvalidImages.ToInputException(exception);

        Assert.Equal((expected, "The JPEG is damaged."), (translated.Kind, translated.Message));
        Assert.Same(exception, translated.InnerException);
    }
}
