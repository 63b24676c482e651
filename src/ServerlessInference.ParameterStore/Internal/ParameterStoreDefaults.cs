namespace ServerlessInference.ParameterStore;

/// <summary>The defaults of all parameters that an application sets in code.</summary>
internal sealed record ParameterStoreDefaults(Action<ParameterStoreOptions> Configure);
