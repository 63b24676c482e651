using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using ServerlessInference.Models;
using ServerlessInference.Models.Transfer;
using ServerlessInference.Tool.CommandLine;
using ServerlessInference.Tool.Output;

namespace ServerlessInference.Tool.Inspection;

/// <summary>
/// Creates the model sources that a function has, including S3, to try them from the command line. Settings come from environment
/// variables, as in a function.
/// </summary>
internal static class TrialSources
{
    private const string Name = "model";

    /// <summary>Creates the source of a URI.</summary>
    /// <param name="console">Receives warnings.</param>
    /// <param name="uri">The URI; a path is a file.</param>
    /// <param name="store">The directory of the model store.</param>
    /// <param name="progress">Receives the progress of transfers; may be <see langword="null"/>.</param>
    /// <returns>A service provider, which the caller must dispose, and the source.</returns>
    public static (ServiceProvider Services, IModelSource Source) Create(
        ToolConsole console, string uri, string store, IProgress<TransferProgress>? progress)
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
        ServiceProvider provider = services.BuildServiceProvider();
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
