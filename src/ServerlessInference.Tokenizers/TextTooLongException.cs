namespace ServerlessInference.Tokenizers;

/// <summary>A text is too long for the options it is encoded with, and truncation or windows do not help.</summary>
/// <remarks>The message contains numbers of tokens and never the text.</remarks>
public sealed class TextTooLongException : Exception
{
    /// <summary>Creates an exception without a message.</summary>
    public TextTooLongException()
    {
    }

    /// <summary>Creates an exception.</summary>
    /// <param name="message">What was found, what was expected and what to do.</param>
    public TextTooLongException(string message)
        : base(message)
    {
    }

    /// <summary>Creates an exception with its cause.</summary>
    /// <param name="message">What was found, what was expected and what to do.</param>
    /// <param name="innerException">The cause.</param>
    public TextTooLongException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Creates an exception for a limit.</summary>
    /// <param name="limit">The limit that the text exceeds.</param>
    /// <param name="message">What was found, what was expected and what to do.</param>
    public TextTooLongException(TextLimit limit, string message)
        : base(message)
    {
        Limit = limit;
    }

    /// <summary>Gets the limit that the text exceeds.</summary>
    public TextLimit Limit { get; }
}
