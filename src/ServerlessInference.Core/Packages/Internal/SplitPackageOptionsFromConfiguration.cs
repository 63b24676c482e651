using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace ServerlessInference.Packages;

/// <summary>Fills the options from the application's configuration, before code sets them.</summary>
internal sealed class SplitPackageOptionsFromConfiguration(IServiceProvider services) : IConfigureOptions<SplitPackageOptions>
{
    public const string Section = "ServerlessInference:SplitPackage";

    public void Configure(SplitPackageOptions options)
    {
        if (services.GetService<IConfiguration>() is { } configuration)
        {
            configuration.GetSection(Section).Bind(options);
        }
    }
}
