using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace ServerlessInference.Models.Store;

/// <summary>Fills the store's options from the application's configuration, before code sets them.</summary>
internal sealed class ModelStoreOptionsFromConfiguration(IServiceProvider services) : IConfigureOptions<ModelStoreOptions>
{
    public const string Section = "ServerlessInference:Store";

    public void Configure(ModelStoreOptions options)
    {
        if (services.GetService<IConfiguration>() is { } configuration)
        {
            configuration.GetSection(Section).Bind(options);
        }
    }
}
