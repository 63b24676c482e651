using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace ServerlessInference.Sessions;

/// <summary>Fills the options of the shared threads from the application's configuration, before code sets them.</summary>
internal sealed class InferenceThreadOptionsFromConfiguration(IServiceProvider services) : IConfigureOptions<InferenceThreadOptions>
{
    public const string Section = "ServerlessInference:Threads";

    public void Configure(InferenceThreadOptions options)
    {
        if (services.GetService<IConfiguration>()?.GetSection(Section) is { } section && section.Exists())
        {
            section.Bind(options);
        }
    }
}
