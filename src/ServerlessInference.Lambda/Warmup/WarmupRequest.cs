namespace ServerlessInference.Lambda.Warmup;

/// <summary>What the sender of a warm-up asks for.</summary>
/// <param name="Sender">The sender, such as <c>eventbridge-rule</c>, for the log and the answer.</param>
/// <param name="Model">The registered model to warm up; <see langword="null"/> for all.</param>
/// <param name="Concurrency">The number of environments that the sender wants to be warm at the same time; 1 if it does not say.</param>
/// <param name="Location">
/// The URI of a model to fetch into the store (<c>s3://models/resnet50/</c>); <see langword="null"/> for none. It never changes which model
/// answers requests.
/// </param>
public readonly record struct WarmupRequest(string Sender, string? Model = null, int Concurrency = 1, string? Location = null)
{
    /// <summary>Gets a sentence for the answer about what the sender asks for and this function does not do.</summary>
    internal string? Note { get; init; }
}
