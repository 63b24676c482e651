using System.Runtime.CompilerServices;
using Amazon.S3;
using Microsoft.Extensions.DependencyInjection;

namespace ServerlessInference.S3;

/// <summary>
/// Provides the client for objects that are read and written whole. It is created on first use, so that a cold start does not pay for
/// loading the SDK.
/// </summary>
internal sealed class S3ClientProvider
{
    /// <summary>
    /// The SDK's attempts after the first. Transfers of models count their own attempts; for these objects the SDK does it.
    /// </summary>
    private const int Retries = 3;

    private readonly Lock _gate = new();
    private readonly IServiceProvider? _services;
    private readonly string? _region;

    // Not a Lazy<IAmazonS3>: creating that generic type would load the SDK.
    private IAmazonS3? _client;

    public S3ClientProvider(IServiceProvider services, string? region = null)
    {
        _services = services;
        _region = region;
    }

    public S3ClientProvider(IAmazonS3 client) => _client = client;

    public IAmazonS3 Client
    {
        get
        {
            lock (_gate)
            {
                return _client ??= Create();
            }
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private IAmazonS3 Create()
    {
        if (_region is null && _services!.GetService<IAmazonS3>() is { } registered)
        {
            return registered;
        }

        S3Options options = S3ModelSourceExtensions.CreateOptions(
            _services!, configured => configured.Region = _region ?? configured.Region);
        AmazonS3Config config = S3ModelSourceFactory.Configure(options, _services!.GetService<TimeProvider>());
        config.MaxErrorRetry = Retries;
        return new AmazonS3Client(config);
    }
}
