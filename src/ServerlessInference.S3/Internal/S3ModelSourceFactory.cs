using Amazon;
using Amazon.Runtime;
using Amazon.S3;
using Microsoft.Extensions.DependencyInjection;
using ServerlessInference.Models;
using ServerlessInference.Shared;

namespace ServerlessInference.S3;

/// <summary>Creates model sources from <c>s3:</c> URIs.</summary>
internal sealed class S3ModelSourceFactory(IServiceProvider services) : IModelSourceFactory
{
    public string Scheme => "s3";

    public IModelSource Create(string uri) => Create(services, S3Uri.Parse(uri), null);

    public static S3ModelSource Create(IServiceProvider services, S3Uri uri, Action<S3Options>? configure)
    {
        S3Options options = S3ModelSourceExtensions.CreateOptions(services, configure);

        // The client is created with the first request, since finding credentials takes time and a model in the local store needs none.
        var client = new Lazy<IAmazonS3>(
            () => services.GetService<IAmazonS3>() ?? new AmazonS3Client(Configure(options, services.GetService<TimeProvider>())));
        return new S3ModelSource(services, () => client.Value, uri, options);
    }

    internal static AmazonS3Config Configure(S3Options options, TimeProvider? time)
    {
        // The SDK neither retries nor verifies: RemoteModelOptions.MaxAttempts counts all attempts, and ContentCheck verifies all content.
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
