using System.Globalization;
using System.Net;
using System.Text;
using ServerlessInference.Lambda.Invocations;

namespace ServerlessInference.Lambda.Runtime;

/// <summary>The address of the Runtime API.</summary>
internal sealed class RuntimeApiEndpoint
{
    public const string Version = "2018-06-01";

    private const int DefaultPort = 80;

    private readonly string _value;
    private readonly string _host;

    public RuntimeApiEndpoint(string? value)
    {
        if (string.IsNullOrEmpty(value))
        {
            throw new RuntimeApiException(
                "AWS_LAMBDA_RUNTIME_API is not set: this process does not run on AWS Lambda. Run it there or with the tool " +
                "ServerlessInference.Tool ('serverless-inference invoke' or 'serve'), or test it in memory with the package " +
                "ServerlessInference.Testing.");
        }

        int colon = value.LastIndexOf(':');
        int port = DefaultPort;
        bool isPortValid = colon < 0
            || int.TryParse(value.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out port);
        if (colon == 0 || !isPortValid || port is 0 or > ushort.MaxValue)
        {
            throw new RuntimeApiException($"AWS_LAMBDA_RUNTIME_API is '{value}'; it must be a host and a port, such as 127.0.0.1:9001.");
        }

        _value = value;
        _host = colon > 0 ? value[..colon] : value;
        Port = port;
        IsIPv4 = TryReadIPv4(_host, out IPv4);
        HostHeader = Encoding.ASCII.GetBytes("Host: " + value + "\r\n");
    }

    /// <summary>Whether the host is an IPv4 address, as on Lambda.</summary>
    public readonly bool IsIPv4;

    /// <summary>The IPv4 address, its first byte the most significant.</summary>
    public readonly uint IPv4;

    public readonly int Port;

    /// <summary>The header line <c>Host</c>, which every request contains.</summary>
    public readonly byte[] HostHeader;

    public override string ToString() => _value;

    /// <summary>Creates an address for .NET's sockets.</summary>
    public EndPoint CreateAddress() =>
        IPAddress.TryParse(_host, out IPAddress? address) ? new IPEndPoint(address, Port) : new DnsEndPoint(_host, Port);

    // Not IPAddress.Parse: its assembly and the constants of its class would be loaded for four numbers.
    private static bool TryReadIPv4(string host, out uint address)
    {
        address = 0;
        int parts = 0, digits = 0;
        uint part = 0;
        foreach (char character in host)
        {
            if (character == '.' && digits > 0)
            {
                address = address << 8 | part;
                parts++;
                part = 0;
                digits = 0;
            }
            else if (character is >= '0' and <= '9' && (digits == 0 || part > 0) && part * 10 + (character - '0') <= byte.MaxValue)
            {
                part = part * 10 + (uint)(character - '0');
                digits++;
            }
            else
            {
                return false;
            }
        }

        address = address << 8 | part;
        return parts == 3 && digits > 0;
    }
}
