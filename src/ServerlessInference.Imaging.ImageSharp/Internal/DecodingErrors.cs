using SixLabors.ImageSharp;
using SixLabors.ImageSharp.Memory;

namespace ServerlessInference.Imaging.ImageSharp;

/// <summary>Tells which exceptions of ImageSharp are the input's fault, and says so to the caller.</summary>
/// <remarks>
/// Only calls of ImageSharp's decoders are judged here, and their arguments are known to be right. ImageSharp 2.1.13 does not promise
/// exceptions of its own for damaged files: besides them, each of the types below came out when files were damaged at random.
/// </remarks>
internal static class DecodingErrors
{
    /// <summary>Tells whether an exception means that the file cannot be decoded.</summary>
    /// <param name="exception">What a decoder of ImageSharp threw.</param>
    /// <returns>Whether the input is to blame.</returns>
    public static bool IsCausedByInput(Exception exception) => exception
        is ImageFormatException // what ImageSharp finds wrong itself
        or NotSupportedException // a kind of the format that ImageSharp does not read
        or InvalidMemoryOperationException // buffers beyond the limit
        or OutOfMemoryException // arrays that are not subject to the limit, such as the Huffman tables of lossless WebP
        or ArgumentException // sizes of 0 or less, copies beyond a buffer
        or IndexOutOfRangeException // colours or distances that point outside of a buffer
        or NullReferenceException // a part that the header announces and the file lacks: a palette, an alpha channel
        or InvalidOperationException // an empty TIFF directory, a bitmap without width
        or InvalidCastException // TIFF values of another type than the tag has
        or ArithmeticException // divisions by a size of 0, sizes beyond 32 bits
        or IOException // positions outside of the file
        or InvalidDataException; // damaged Deflate data in a TIFF

    /// <summary>Creates what the caller sees instead.</summary>
    /// <param name="exception">An exception for which <see cref="IsCausedByInput"/> is true.</param>
    /// <returns>An exception that says why the file was refused.</returns>
    public static InvalidImageException Explain(Exception exception) => exception switch
    {
        OutOfMemoryException or InvalidMemoryOperationException or { InnerException: InvalidMemoryOperationException } => new(
            InvalidImageKind.TooLarge,
            "Decoding the image needs more memory than there is, or than its limit of pixels (MaxPixels) allows. Send a smaller image.",
            exception),
        NotSupportedException => new(
            InvalidImageKind.UnsupportedFormat,
            $"ImageSharp does not read this kind of image: {exception.Message.TrimEnd('.')}. Send another kind or format.",
            exception),
        ImageFormatException => new($"The image is damaged: {exception.Message.TrimEnd('.')}. Send an intact file.", exception),
        _ => new($"The image is damaged: ImageSharp failed with {exception.GetType().Name}. Send an intact file.", exception),
    };
}
