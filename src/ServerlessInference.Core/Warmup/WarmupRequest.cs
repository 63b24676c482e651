namespace ServerlessInference.Warmup;

/// <summary>What a request that only keeps the function warm asks for.</summary>
/// <param name="Sender">Who sent it, such as <c>eventbridge-rule</c>; for logs and the answer.</param>
/// <param name="Model">The registered model to warm; <see langword="null"/> for all.</param>
/// <param name="Concurrency">How many environments the sender wants warm at once; 1 where it does not say.</param>
/// <param name="Location">
/// Where a model lies that is to be brought into the store, as the URI of a source (<c>s3://models/resnet50/</c>); <see langword="null"/>
/// for none. It never changes which model answers.
/// </param>
public readonly record struct WarmupRequest(string Sender, string? Model = null, int Concurrency = 1, string? Location = null);
