using System.Net;

namespace ServerlessInference.Lambda;

/// <summary>What tests put in the place of the network: names, addresses, certificates.</summary>
internal sealed record HttpsInputHooks
{
    public Func<string, CancellationToken, Task<IPAddress[]>> Resolve { get; init; } = Dns.GetHostAddressesAsync;

    public Func<IPAddress, bool, bool> Allows { get; init; } = AddressRules.Allows;

    public Action<SocketsHttpHandler>? Configure { get; init; }
}
