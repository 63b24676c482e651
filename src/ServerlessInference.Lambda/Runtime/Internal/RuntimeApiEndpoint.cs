using System.Globalization;
using System.Net;
using System.Text;

namespace ServerlessInference.Lambda;

/// <summary>Where the Runtime API is.</summary>
internal sealed class RuntimeApiEndpoint
{
    public const string Version = "2018-06-01";

    private const int UsualPort = 80;

    public RuntimeApiEndpoint(string? value)
    {
        if (string.IsNullOrEmpty(value))
        {
            throw new RuntimeApiException(
                "AWS_LAMBDA_RUNTIME_API is not set: this process does not run on AWS Lambda. Run it there or with a local emulator of the Lambda Runtime API, " +
                "or test it in memory with the package ServerlessInference.Testing.");
        }

        int colon = value.LastIndexOf(':');
        Port = UsualPort;
        if (colon == 0 || colon > 0 && !int.TryParse(value.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out Port) || Port is 0 or > 65535)
        {
            throw new RuntimeApiException($"AWS_LAMBDA_RUNTIME_API is '{value}'; it must be a host and a port, such as 127.0.0.1:9001.");
        }

        Host = colon > 0 ? value[..colon] : value;
        Address = IPAddress.TryParse(Host, out IPAddress? address) ? new IPEndPoint(address, Port) : new DnsEndPoint(Host, Port);
        HostHeader = Encoding.ASCII.GetBytes($"Host: {value}\r\n");
    }

    public readonly int Port;

    public string Host { get; }

    public EndPoint Address { get; }

    /// <summary>Gets the header line that every request has.</summary>
    public byte[] HostHeader { get; }

    public override string ToString() => $"{Host}:{Port}";
}
