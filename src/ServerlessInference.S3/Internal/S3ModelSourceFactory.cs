using Amazon;
using Amazon.Runtime;
using Amazon.S3;
using Microsoft.Extensions.DependencyInjection;
using ServerlessInference.Models;

namespace ServerlessInference.S3.Internal;

/// <summary>Makes sources of <c>s3:</c> URIs.</summary>
internal sealed class S3ModelSourceFactory(IServiceProvider services) : IModelSourceFactory
{
    public string Scheme => "s3";

    public IModelSource Create(string uri) => Create(services, S3Uri.Parse(uri), null);

    public static S3ModelSource Create(IServiceProvider services, S3Uri uri, Action<S3ModelOptions>? configure)
    {
        S3ModelOptions options = S3ModelSourceExtensions.OptionsFor(services, configure);

        // The first question makes the client: finding credentials takes its time, and a model in the store needs none.
        var client = new Lazy<IAmazonS3>(() => services.GetService<IAmazonS3>() ?? new AmazonS3Client(Configure(options, services.GetService<TimeProvider>())));
        return new S3ModelSource(services, () => client.Value, uri, options);
    }

    internal static AmazonS3Config Configure(S3ModelOptions options, TimeProvider? time)
    {
        // Attempts are counted in one place, RemoteModelOptions.MaxAttempts, and bytes are checked in one place, ContentCheck.
        var config = new AmazonS3Config
        {
            ForcePathStyle = options.ForcePathStyle,
            HttpClientFactory = new RenewingHttpClients(time),
            MaxErrorRetry = 0,
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
        };
        if (options.Endpoint is not null)
        {
            config.ServiceURL = options.Endpoint;
            config.AuthenticationRegion = options.Region;
        }
        else if (options.Region is not null)
        {
            config.RegionEndpoint = RegionEndpoint.GetBySystemName(options.Region);
        }

        return config;
    }
}
