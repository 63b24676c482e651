namespace ServerlessInference;

/// <summary>A model's inputs or outputs do not have the name, rank, shape or element type that the code using them expects.</summary>
public class ModelContractException : InferenceException
{
    /// <summary>Creates an exception without a message.</summary>
    public ModelContractException()
    {
    }

    /// <summary>Creates an exception.</summary>
    /// <param name="message">What was found, what was expected and what to do.</param>
    public ModelContractException(string message)
        : base(message)
    {
    }

    /// <summary>Creates an exception with its cause.</summary>
    /// <param name="message">What was found, what was expected and what to do.</param>
    /// <param name="innerException">The cause.</param>
    public ModelContractException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
