namespace ServerlessInference;

/// <summary>A model cannot be loaded: no source has it, or the files are not a model that this version of ONNX Runtime can use.</summary>
public class ModelLoadException : InferenceException
{
    /// <summary>Creates an exception without a message.</summary>
    public ModelLoadException()
    {
    }

    /// <summary>Creates an exception.</summary>
    /// <param name="message">What was found, what was expected and what to do.</param>
    public ModelLoadException(string message)
        : base(message)
    {
    }

    /// <summary>Creates an exception with its cause.</summary>
    /// <param name="message">What was found, what was expected and what to do.</param>
    /// <param name="innerException">The cause.</param>
    public ModelLoadException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Creates an exception for a model that no source could provide.</summary>
    /// <param name="message">What was found, what was expected and what to do.</param>
    /// <param name="failures">Every source that was tried, in order, and why it failed.</param>
    public ModelLoadException(string message, IReadOnlyList<ModelSourceFailure> failures)
        : base(message, failures is { Count: > 0 } ? failures[^1].Exception : null)
    {
        ArgumentNullException.ThrowIfNull(failures);
        Failures = failures;
    }

    /// <summary>Gets every source that was tried, in order, and why it failed; empty if the cause was not a source.</summary>
    public IReadOnlyList<ModelSourceFailure> Failures { get; } = [];
}
