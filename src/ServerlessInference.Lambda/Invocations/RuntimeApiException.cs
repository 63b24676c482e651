namespace ServerlessInference.Lambda.Invocations;

/// <summary>
/// The Lambda Runtime API cannot be reached, or responds in a way that the function cannot handle. The process has to end.
/// </summary>
public sealed class RuntimeApiException : Exception
{
    /// <summary>Creates an exception without a message.</summary>
    public RuntimeApiException()
    {
    }

    /// <summary>Creates an exception.</summary>
    /// <param name="message">What was found, what was expected and what to do.</param>
    public RuntimeApiException(string message)
        : base(message)
    {
    }

    /// <summary>Creates an exception with its cause.</summary>
    /// <param name="message">What was found, what was expected and what to do.</param>
    /// <param name="innerException">The cause.</param>
    public RuntimeApiException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
