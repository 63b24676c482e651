namespace ServerlessInference.Lambda;

/// <summary>What code set for all parameters.</summary>
internal sealed record ParameterStoreDefaults(Action<ParameterStoreOptions> Configure);
