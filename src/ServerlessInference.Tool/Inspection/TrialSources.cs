using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using ServerlessInference.Models;
using ServerlessInference.Models.Transfer;
using ServerlessInference.Tool.Output;

namespace ServerlessInference.Tool.Inspection;

/// <summary>The model sources that a function has, S3 included, to be tried from the command line. Settings come from environment variables as a function's do.</summary>
internal static class TrialSources
{
    private const string Name = "model";

    /// <summary>Makes the source of one URI.</summary>
    /// <param name="console">Takes warnings.</param>
    /// <param name="uri">The URI; a path is a file.</param>
    /// <param name="store">Where what is fetched is kept.</param>
    /// <param name="progress">Hears of what arrives; may be <see langword="null"/>.</param>
    /// <returns>A container, to be disposed, and the source.</returns>
    public static (ServiceProvider Services, IModelSource Source) Create(ToolConsole console, string uri, string store, IProgress<TransferProgress>? progress)
    {
        var services = new ServiceCollection();
        services.AddLogging(logging => logging.AddProvider(new ConsoleLoggerProvider(console)).SetMinimumLevel(LogLevel.Warning));
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddEnvironmentVariables().Build());
        services.Configure<ModelStoreOptions>(options => options.Root = store);
        if (progress is not null)
        {
            services.AddSingleton(progress);
        }

        services.AddServerlessInference().AddS3Models().AddModel(Name, model => model.From(source => source.Uri(uri)));
        var provider = services.BuildServiceProvider();
        try
        {
            return (provider, provider.GetRequiredKeyedService<IModelSource>(Name));
        }
        catch (Exception exception)
        {
            provider.Dispose();
            throw exception is ArgumentException ? new UsageException(exception.Message) : exception;
        }
    }
}
