using ServerlessInference.Imaging;
using ServerlessInference.Pipelines;

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

    /// <summary>Creates the exception for an image that may not be decoded because it needs too much memory.</summary>
    public static InvalidInputException CreateTooLarge(long bytes, long maxBytes) => new(
        InvalidInputKind.TooLarge,
        $"Decoding the image needs {ToMegabytes(bytes)} MB of memory; at most {ToMegabytes(maxBytes)} MB may be used for one input. Send " +
        $"a smaller image, give the function more memory, or raise {nameof(WorkLimits)}.{nameof(WorkLimits.MaxInputBytes)}.");

    // Rounded up, so that an image that is a little too large is not said to need what is allowed.
    private static long ToMegabytes(long bytes) => (bytes >> 20) + ((bytes & 0xFFFFF) > 0 ? 1 : 0);
}
