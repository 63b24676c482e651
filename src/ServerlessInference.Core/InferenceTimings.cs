namespace ServerlessInference;

/// <summary>How long each stage of a request took.</summary>
/// <remarks>In a batch, every item has the timings of the run that it was part of.</remarks>
public readonly record struct InferenceTimings
{
    /// <summary>Gets a value indicating whether this was the first inference of the loaded model in this process.</summary>
    public bool IsCold { get; init; }

    /// <summary>Gets how long the request waited for the model, including loading; near zero when the model is warm.</summary>
    public TimeSpan Waiting { get; init; }

    /// <summary>Gets how long the source took to provide the files when the model was loaded.</summary>
    public TimeSpan SourceLoad { get; init; }

    /// <summary>Gets how long it took to create the session when the model was loaded.</summary>
    public TimeSpan SessionLoad { get; init; }

    /// <summary>Gets how long it took to turn the input into the model's tensors.</summary>
    public TimeSpan Preprocessing { get; init; }

    /// <summary>Gets how long the model ran.</summary>
    public TimeSpan Inference { get; init; }

    /// <summary>Gets how long it took to turn the model's tensors into the answer.</summary>
    public TimeSpan Postprocessing { get; init; }
}
