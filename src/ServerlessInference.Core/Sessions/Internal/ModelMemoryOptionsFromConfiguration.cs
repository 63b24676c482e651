using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace ServerlessInference.Sessions;

/// <summary>Fills the memory options from the application's configuration, before code sets them.</summary>
internal sealed class ModelMemoryOptionsFromConfiguration(IServiceProvider services) : IConfigureOptions<ModelMemoryOptions>
{
    public const string Section = "ServerlessInference:Memory";

    public void Configure(ModelMemoryOptions options)
    {
        if (services.GetService<IConfiguration>() is { } configuration)
        {
            configuration.GetSection(Section).Bind(options);
        }
    }
}
