using Amazon.Runtime;

namespace ServerlessInference.Shared;

/// <summary>
/// Provides the AWS SDK with clients that discard their connections after a long pause (<see cref="RenewingHttpHandler"/>).
/// </summary>
/// <remarks>Each client of the SDK has its own.</remarks>
internal sealed class RenewingHttpClients(TimeProvider? time) : HttpClientFactory
{
    public override HttpClient CreateHttpClient(IClientConfig clientConfig) =>
        new(new RenewingHttpHandler(time, connections => connections.AllowAutoRedirect = clientConfig.AllowAutoRedirect));
}
