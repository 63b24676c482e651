namespace ServerlessInference.ParameterStore;

/// <summary>Reads environment variables. Tests register it to replace those of the process.</summary>
internal sealed record ParameterEnvironment(Func<string, string?> Variable);
