using ServerlessInference.Lambda.Invocations;

namespace ServerlessInference.AmazonLambda;

/// <summary>An invocation failed. Amazon's bootstrap turns it into the function's error: this type's name, and the message.</summary>
/// <remarks>
/// The message contains what the caller may know. The cause is in the log; it is not an inner exception, because the bootstrap would send
/// its stack trace.
/// </remarks>
public sealed class InvocationFailedException : Exception
{
    /// <summary>Creates an exception without a message.</summary>
    public InvocationFailedException()
    {
    }

    /// <summary>Creates an exception.</summary>
    /// <param name="message">What was found, what was expected and what to do.</param>
    public InvocationFailedException(string message)
        : base(message)
    {
    }

    /// <summary>Creates an exception with its cause.</summary>
    /// <param name="message">What was found, what was expected and what to do.</param>
    /// <param name="innerException">The cause.</param>
    public InvocationFailedException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Creates an exception from a function's error.</summary>
    /// <param name="error">The reason why the invocation failed.</param>
    public InvocationFailedException(FunctionError error)
        : base(error is null ? null : $"{error.Type}: {error.Message}")
    {
        ArgumentNullException.ThrowIfNull(error);
        Error = error;
    }

    /// <summary>Gets the reason why the invocation failed; <see langword="null"/> if only a message was given.</summary>
    public FunctionError? Error { get; }
}
