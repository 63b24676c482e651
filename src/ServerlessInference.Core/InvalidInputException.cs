namespace ServerlessInference;

/// <summary>An input (an image, a text, a tensor) cannot be used. The sender must change it; sending it again does not help.</summary>
/// <remarks>The message is safe to show to the sender: it never contains the content of the input.</remarks>
public class InvalidInputException : InferenceException
{
    /// <summary>Creates an exception without a message.</summary>
    public InvalidInputException()
    {
    }

    /// <summary>Creates an exception for a malformed input.</summary>
    /// <param name="message">What was found, what was expected and what to do.</param>
    public InvalidInputException(string message)
        : base(message)
    {
    }

    /// <summary>Creates an exception for a malformed input, with its cause.</summary>
    /// <param name="message">What was found, what was expected and what to do.</param>
    /// <param name="innerException">The cause.</param>
    public InvalidInputException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Creates an exception.</summary>
    /// <param name="kind">Why the input was rejected.</param>
    /// <param name="message">What was found, what was expected and what to do.</param>
    /// <param name="innerException">The cause.</param>
    public InvalidInputException(InvalidInputKind kind, string message, Exception? innerException = null)
        : base(message, innerException)
    {
        Kind = kind;
    }

    /// <summary>Gets why the input was rejected.</summary>
    public InvalidInputKind Kind { get; }
}
