namespace ServerlessInference.S3.Internal;

/// <summary>What code set for all S3 sources.</summary>
internal sealed record S3Defaults(Action<S3ModelOptions> Configure);
