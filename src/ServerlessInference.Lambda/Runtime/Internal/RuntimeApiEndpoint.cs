using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace ServerlessInference.Lambda;

/// <summary>Where the Runtime API is.</summary>
internal sealed class RuntimeApiEndpoint
{
    public const string Version = "2018-06-01";

    /// <summary>The host that Lambda gives; known without a parser, whose compilation a cold start would pay.</summary>
    private const string UsualHost = "127.0.0.1";

    private const int UsualPort = 80;

    private readonly string _value;

    public RuntimeApiEndpoint(string? value)
    {
        if (string.IsNullOrEmpty(value))
        {
            throw new RuntimeApiException(
                "AWS_LAMBDA_RUNTIME_API is not set: this process does not run on AWS Lambda. Run it there or with a local emulator of the Lambda Runtime API, " +
                "or test it in memory with the package ServerlessInference.Testing.");
        }

        int colon = value.LastIndexOf(':');
        int port = UsualPort;
        if (colon == 0 || colon > 0 && !int.TryParse(value.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out port) || port is 0 or > IPEndPoint.MaxPort)
        {
            throw new RuntimeApiException($"AWS_LAMBDA_RUNTIME_API is '{value}'; it must be a host and a port, such as 127.0.0.1:9001.");
        }

        _value = value;
        string host = colon > 0 ? value[..colon] : value;
        IPAddress? address = host == UsualHost ? IPAddress.Loopback : IPAddress.TryParse(host, out IPAddress? parsed) ? parsed : null;
        Address = address is null ? new DnsEndPoint(host, port) : new IPEndPoint(address, port);
        Family = address?.AddressFamily ?? AddressFamily.InterNetwork;
        HostHeader = Encoding.ASCII.GetBytes("Host: " + value + "\r\n");
    }

    public readonly EndPoint Address;

    public readonly AddressFamily Family;

    /// <summary>The header line that every request has.</summary>
    public readonly byte[] HostHeader;

    public override string ToString() => _value;
}
