namespace ServerlessInference.Imaging;

/// <summary>An image cannot be used. Another image is needed; decoding the same one again does not help.</summary>
/// <remarks>
/// The message states what was found, what was expected and what to do. It never contains the content of the image, so it is safe to show
/// to whoever sent the image.
/// </remarks>
public class InvalidImageException : Exception
{
    /// <summary>Creates an exception without a message.</summary>
    public InvalidImageException()
    {
    }

    /// <summary>Creates an exception for a damaged image.</summary>
    /// <param name="message">What was found, what was expected and what to do.</param>
    public InvalidImageException(string message)
        : base(message)
    {
    }

    /// <summary>Creates an exception for a damaged image, with its cause.</summary>
    /// <param name="message">What was found, what was expected and what to do.</param>
    /// <param name="innerException">The cause.</param>
    public InvalidImageException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Creates an exception.</summary>
    /// <param name="kind">Why the image was rejected.</param>
    /// <param name="message">What was found, what was expected and what to do.</param>
    /// <param name="innerException">The cause.</param>
    public InvalidImageException(InvalidImageKind kind, string message, Exception? innerException = null)
        : base(message, innerException)
    {
        Kind = kind;
    }

    /// <summary>Gets why the image was rejected.</summary>
    public InvalidImageKind Kind { get; }
}
