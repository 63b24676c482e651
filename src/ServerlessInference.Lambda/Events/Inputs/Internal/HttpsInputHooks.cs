using System.Net;

namespace ServerlessInference.Lambda.Events.Inputs;

/// <summary>Lets tests replace parts of the network: name resolution, address rules and certificates.</summary>
internal sealed record HttpsInputHooks
{
    public Func<string, CancellationToken, Task<IPAddress[]>> Resolve { get; init; } = Dns.GetHostAddressesAsync;

    public Func<IPAddress, bool, bool> Allows { get; init; } = AddressRules.Allows;

    public Action<SocketsHttpHandler>? Configure { get; init; }
}
