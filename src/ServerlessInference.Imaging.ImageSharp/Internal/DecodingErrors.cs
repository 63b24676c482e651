using SixLabors.ImageSharp;
using SixLabors.ImageSharp.Memory;

namespace ServerlessInference.Imaging.ImageSharp;

/// <summary>Recognises the exceptions of ImageSharp that a damaged input causes, and translates them.</summary>
/// <remarks>
/// This is applied only to calls of ImageSharp's decoders with valid arguments. ImageSharp 2.1.13 does not guarantee exceptions of its own
/// for damaged files: each of the types below was thrown for files that were damaged at random.
/// </remarks>
internal static class DecodingErrors
{
    /// <summary>Determines whether an exception means that the file cannot be decoded.</summary>
    /// <param name="exception">An exception of a decoder of ImageSharp.</param>
    /// <returns><see langword="true"/> if the input is the cause.</returns>
    public static bool IsCausedByInput(Exception exception) => exception
        is ImageFormatException // errors that ImageSharp itself detects
        or NotSupportedException // a variant of the format that ImageSharp does not support
        or InvalidMemoryOperationException // buffers beyond the limit
        or OutOfMemoryException // arrays to which the limit does not apply, such as the Huffman tables of lossless WebP
        or ArgumentException // sizes of 0 or less, copies beyond a buffer
        or IndexOutOfRangeException // colours or distances that point outside of a buffer
        or NullReferenceException // a part that the header announces and that is missing: a palette, an alpha channel
        or InvalidOperationException // an empty TIFF directory, a bitmap without width
        or InvalidCastException // TIFF values whose type does not fit the tag
        or ArithmeticException // divisions by a size of 0, sizes beyond 32 bits
        or IOException // positions outside of the file
        or InvalidDataException; // damaged Deflate data in a TIFF

    /// <summary>Creates the exception that the caller gets instead.</summary>
    /// <param name="exception">An exception for which <see cref="IsCausedByInput"/> is true.</param>
    /// <returns>An exception that states why the file was rejected.</returns>
    public static InvalidImageException Explain(Exception exception) => exception switch
    {
        OutOfMemoryException or InvalidMemoryOperationException or { InnerException: InvalidMemoryOperationException } => new(
            InvalidImageKind.TooLarge,
            "Decoding the image needs more memory than is available, or than the limit of pixels (MaxPixels) allows. Send a smaller image.",
            exception),
        NotSupportedException => new(
            InvalidImageKind.UnsupportedFormat,
            $"ImageSharp does not support this kind of image: {exception.Message.TrimEnd('.')}. Send another kind or format.",
            exception),
        ImageFormatException => new($"The image is damaged: {exception.Message.TrimEnd('.')}. Send an undamaged file.", exception),
        _ => new($"The image is damaged: ImageSharp failed with {exception.GetType().Name}. Send an undamaged file.", exception),
    };
}
