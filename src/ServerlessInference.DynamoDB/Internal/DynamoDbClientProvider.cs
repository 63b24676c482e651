using System.Runtime.CompilerServices;
using Amazon;
using Amazon.DynamoDBv2;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using ServerlessInference.Configuration;
using ServerlessInference.Shared;

namespace ServerlessInference.DynamoDB;

/// <summary>Provides the client. It is created with the first result, so that a cold start does not pay for loading the SDK.</summary>
internal sealed class DynamoDbClientProvider
{
    private readonly Lock _gate = new();
    private readonly IServiceProvider? _services;
    private IAmazonDynamoDB? _client;

    public DynamoDbClientProvider(IServiceProvider services) => _services = services;

    public DynamoDbClientProvider(IAmazonDynamoDB client) => _client = client;

    public IAmazonDynamoDB Client
    {
        get
        {
            lock (_gate)
            {
                return _client ??= Create(_services!);
            }
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static IAmazonDynamoDB Create(IServiceProvider services)
    {
        if (services.GetService<IAmazonDynamoDB>() is { } registered)
        {
            return registered;
        }

        var options = new DynamoDbClientOptions();
        SettingsSection.Bind(
            services,
            "ServerlessInference:DynamoDB",
            options,
            static (section, bound) => section.Bind(bound, static binder => binder.ErrorOnUnknownConfiguration = true));
        var config = new AmazonDynamoDBConfig { HttpClientFactory = new RenewingHttpClients(services.GetService<TimeProvider>()) };
        if (options.Endpoint is not null)
        {
            config.ServiceURL = options.Endpoint;
            config.AuthenticationRegion = options.Region;
        }
        else if (options.Region is not null)
        {
            config.RegionEndpoint = RegionEndpoint.GetBySystemName(options.Region);
        }

        return new AmazonDynamoDBClient(config);
    }
}
