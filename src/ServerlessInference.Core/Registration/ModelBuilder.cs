using Microsoft.Extensions.DependencyInjection;

namespace ServerlessInference.Registration;

/// <summary>Describes one model: where it comes from, how it runs, what stands before and behind it.</summary>
public sealed class ModelBuilder
{
    internal ModelBuilder(string name, IServiceCollection services)
    {
        Name = name;
        Services = services;
    }

    /// <summary>Gets the name under which the model is registered; services that belong to it are keyed by it.</summary>
    public string Name { get; }

    /// <summary>Gets the service collection.</summary>
    public IServiceCollection Services { get; }
}
