using ServerlessInference.Imaging;

namespace ServerlessInference.Vision;

/// <summary>Translates what is wrong with an image into the exception that event sources map to a response.</summary>
internal static class InvalidImages
{
    public static InvalidInputException ToInputException(InvalidImageException exception) => new(
        exception.Kind switch
        {
            InvalidImageKind.UnsupportedFormat => InvalidInputKind.UnsupportedFormat,
            InvalidImageKind.TooLarge => InvalidInputKind.TooLarge,
            _ => InvalidInputKind.Malformed,
        },
        exception.Message,
        exception);
}
