using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace ServerlessInference.Lambda.Tests.Events.Inputs;

/// <summary>
/// An HTTPS server on the loopback interface with its own certificate. Each path has a response: the bytes that are sent.
/// </summary>
internal sealed class WebServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly X509Certificate2 _certificate = CreateCertificate();
    private readonly Task _serving;

    public WebServer()
    {
        _listener.Start();
        _serving = ServeAsync();
    }

    public Dictionary<string, byte[]> Answers { get; } = [];

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public string Thumbprint => _certificate.GetCertHashString();

    public int Connections { get; private set; }

    public static byte[] Answer(string head, string body = "") =>
        Encoding.ASCII.GetBytes($"HTTP/1.1 {head}\r\nConnection: close\r\n\r\n{body}");

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _serving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
        _certificate.Dispose();
    }

    private static X509Certificate2 CreateCertificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=test", key, HashAlgorithmName.SHA256);
        using X509Certificate2 certificate = request.CreateSelfSigned(
            DateTimeOffset.UnixEpoch.AddYears(50), DateTimeOffset.UnixEpoch.AddYears(120));
        return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pfx), null);
    }

    private async Task ServeAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            using TcpClient client = await _listener.AcceptTcpClientAsync(_stop.Token);
            Connections++;
            try
            {
                await using var stream = new SslStream(client.GetStream());
                await stream.AuthenticateAsServerAsync(
                    new SslServerAuthenticationOptions { ServerCertificate = _certificate, EnabledSslProtocols = SslProtocols.None },
                    _stop.Token);
                using var reader = new StreamReader(stream, Encoding.ASCII, leaveOpen: true);
                string path = (await reader.ReadLineAsync(_stop.Token))!.Split(' ')[1];
                while (await reader.ReadLineAsync(_stop.Token) is { Length: > 0 })
                {
                    // The headers are ignored.
                }

                if (Answers.TryGetValue(path, out byte[]? answer))
                {
                    await stream.WriteAsync(answer, _stop.Token);
                }
                else
                {
                    await Task.Delay(Timeout.Infinite, _stop.Token);
                }
            }
            catch (IOException)
            {
                // The client closed the connection.
            }
        }
    }
}
