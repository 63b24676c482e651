namespace ServerlessInference;

/// <summary>The base of everything that goes wrong with a model or with what is given to it.</summary>
/// <remarks>Caller mistakes are <see cref="ArgumentException"/>s, cancellation stays <see cref="OperationCanceledException"/>.</remarks>
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
