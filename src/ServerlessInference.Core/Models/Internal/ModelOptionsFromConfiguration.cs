using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace ServerlessInference.Models;

/// <summary>Sets a model's options from the application's configuration, before code sets them.</summary>
internal sealed class ModelOptionsFromConfiguration(IServiceProvider services) : IConfigureNamedOptions<ModelOptions>
{
    public const string Section = "ServerlessInference:Models";

    public void Configure(ModelOptions options)
    {
    }

    public void Configure(string? name, ModelOptions options)
    {
        if (services.GetService<IConfiguration>() is { } configuration && !string.IsNullOrEmpty(name))
        {
            IConfigurationSection section = configuration.GetSection($"{Section}:{name}");
            if (section.Exists())
            {
                section.Bind(options);
            }
        }
    }
}
