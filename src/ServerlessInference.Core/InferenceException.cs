namespace ServerlessInference;

/// <summary>The base class of exceptions about a model or about an input given to it.</summary>
/// <remarks>
/// A programming error of the caller is an <see cref="ArgumentException"/>, and cancellation is an
/// <see cref="OperationCanceledException"/>; neither derives from this class.
/// </remarks>
public class InferenceException : Exception
{
    /// <summary>Creates an exception without a message.</summary>
    public InferenceException()
    {
    }

    /// <summary>Creates an exception.</summary>
    /// <param name="message">What was found, what was expected and what to do.</param>
    public InferenceException(string message)
        : base(message)
    {
    }

    /// <summary>Creates an exception with its cause.</summary>
    /// <param name="message">What was found, what was expected and what to do.</param>
    /// <param name="innerException">The cause.</param>
    public InferenceException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
