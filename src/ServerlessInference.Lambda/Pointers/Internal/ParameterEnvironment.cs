namespace ServerlessInference.Lambda;

/// <summary>Where environment variables are read from; in the container only where a test puts it there.</summary>
internal sealed record ParameterEnvironment(Func<string, string?> Variable);
