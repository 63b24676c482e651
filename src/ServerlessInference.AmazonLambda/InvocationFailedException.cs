using ServerlessInference.Lambda;

namespace ServerlessInference.AmazonLambda;

/// <summary>An invocation failed. Amazon's bootstrap makes the function's error of it: this type's name, and the message.</summary>
/// <remarks>The message is what the caller may know; the log has the cause, which is not attached, since the bootstrap would send its stack.</remarks>
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
    /// <param name="error">Why the invocation failed.</param>
    public InvocationFailedException(FunctionError error)
        : base(error is null ? null : $"{error.Type}: {error.Message}")
    {
        ArgumentNullException.ThrowIfNull(error);
        Error = error;
    }

    /// <summary>Gets why the invocation failed; <see langword="null"/> where only a message was given.</summary>
    public FunctionError? Error { get; }
}
