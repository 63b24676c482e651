namespace ServerlessInference.S3;

/// <summary>The defaults of all S3 sources that an application sets in code.</summary>
internal sealed record S3Defaults(Action<S3Options> Configure);
