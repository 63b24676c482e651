using Microsoft.Extensions.DependencyInjection;

namespace ServerlessInference.Registration;

/// <summary>Registers models in a service collection.</summary>
public sealed class ServerlessInferenceBuilder
{
    internal ServerlessInferenceBuilder(IServiceCollection services) => Services = services;

    /// <summary>Gets the service collection.</summary>
    public IServiceCollection Services { get; }
}
