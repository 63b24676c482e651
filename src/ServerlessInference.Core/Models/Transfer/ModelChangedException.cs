namespace ServerlessInference.Models.Transfer;

/// <summary>An object was replaced while it was being read.</summary>
/// <remarks>The source starts over with the new version, and gives up if that version is replaced as well.</remarks>
public sealed class ModelChangedException : ModelLoadException
{
    /// <summary>Creates an exception without a message.</summary>
    public ModelChangedException()
    {
    }

    /// <summary>Creates an exception.</summary>
    /// <param name="message">What was found, what was expected and what to do.</param>
    public ModelChangedException(string message)
        : base(message)
    {
    }

    /// <summary>Creates an exception with its cause.</summary>
    /// <param name="message">What was found, what was expected and what to do.</param>
    /// <param name="innerException">The cause.</param>
    public ModelChangedException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
