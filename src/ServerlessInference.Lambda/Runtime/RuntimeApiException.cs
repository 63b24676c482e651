namespace ServerlessInference.Lambda;

/// <summary>The Lambda Runtime API cannot be reached, or answers in a way that leaves nothing to do but to end the process.</summary>
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
