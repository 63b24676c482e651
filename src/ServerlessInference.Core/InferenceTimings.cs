namespace ServerlessInference;

/// <summary>How long each stage of a request took.</summary>
/// <remarks>Of a batch, every item carries the figures of the run that it was part of.</remarks>
public readonly record struct InferenceTimings
{
    /// <summary>Gets a value indicating whether this was the first inference of the loaded model in this process.</summary>
    public bool Cold { get; init; }

    /// <summary>Gets the time that the request waited for the model, loading included; near zero when warm.</summary>
    public TimeSpan Waiting { get; init; }

    /// <summary>Gets the time that the model's source took when the model was loaded.</summary>
    public TimeSpan SourceLoad { get; init; }

    /// <summary>Gets the time that creating the session took when the model was loaded.</summary>
    public TimeSpan SessionLoad { get; init; }

    /// <summary>Gets the time from the input to the model's tensors.</summary>
    public TimeSpan Preprocessing { get; init; }

    /// <summary>Gets the time that the model ran.</summary>
    public TimeSpan Inference { get; init; }

    /// <summary>Gets the time from the model's tensors to the answer.</summary>
    public TimeSpan Postprocessing { get; init; }
}
