using Amazon.Runtime;
using ServerlessInference.Models.Transfer;

namespace ServerlessInference.DynamoDB;

/// <summary>Gives the SDK connections that do not outlast a function's sleep. Each client of the SDK keeps one of these.</summary>
internal sealed class RenewingHttpClients(TimeProvider? time) : HttpClientFactory
{
    public override HttpClient CreateHttpClient(IClientConfig clientConfig) =>
        new(new RenewingHttpHandler(time, connections => connections.AllowAutoRedirect = clientConfig.AllowAutoRedirect));
}
