using System.Net;
using System.Net.Sockets;
using System.Text;
using ServerlessInference.Lambda.Events;
using ServerlessInference.Lambda.Events.Inputs;

namespace ServerlessInference.Lambda.Tests.Events.Inputs;

public sealed class HttpsInputReaderTests : IAsyncDisposable
{
    private readonly WebServer _server = new();
    private readonly ObservedTimeProvider _time = new();
    private readonly HttpsInputReader _reader;
    private readonly ReferenceOptions _limits = new() { Https = true };
    private string _resolved = "127.0.0.1";
    private SocketException? _resolveError;

    public HttpsInputReaderTests()
    {
        _limits.Hosts.Add($"images.example.com:{_server.Port}");

        // 127.0.0.1 is treated as a public address here; the usual rules apply to all other addresses.
        _reader = new HttpsInputReader(_time, new HttpsInputHooks
        {
            Resolve = (host, _) => _resolveError is null
                ? Task.FromResult(new[] { IPAddress.Parse(host == "rebound.example.com" ? "127.0.0.2" : _resolved) })
                : Task.FromException<IPAddress[]>(_resolveError),
            Allows = (address, privateAddresses) => address.Equals(IPAddress.Loopback) || AddressRules.Allows(address, privateAddresses),
            Configure = handler => handler.SslOptions.RemoteCertificateValidationCallback = (
                _, certificate, _, _) => certificate?.GetCertHashString() == _server.Thumbprint,
        });
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Read_File_IsFetched()
    {
        _server.Answers["/a"] = WebServer.Answer("200 OK\r\nContent-Length: 5", "hello");
        _server.Answers["/chunked"] = WebServer.Answer("200 OK\r\nTransfer-Encoding: chunked", "5\r\nhello\r\n0\r\n\r\n");

        Assert.Equal("hello", await ReadAsync("/a"));
        Assert.Equal("hello", await ReadAsync("/chunked"));
    }

    [Fact]
    public async Task Read_Redirect_IsFollowedAndCounted()
    {
        _server.Answers["/a"] = WebServer.Answer("302 Found\r\nLocation: /b\r\nContent-Length: 0");
        _server.Answers["/b"] = WebServer.Answer("200 OK\r\nContent-Length: 1", "b");
        _server.Answers["/loop"] = WebServer.Answer("301 Moved\r\nLocation: /loop\r\nContent-Length: 0");

        Assert.Equal("b", await ReadAsync("/a"));
        Assert.Contains("redirects more than 3 times", await RefusedAsync("/loop"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://images.example.com/b", "redirects to a URL that may not be named")]
    [InlineData("https://elsewhere.example.com/b", "redirects to a URL that may not be named")]
    [InlineData("https://169.254.169.254/latest/meta-data", "redirects to a URL that may not be named")]
    public async Task Read_RedirectElsewhere_IsRefused(string location, string expected)
    {
        _server.Answers["/a"] = WebServer.Answer($"302 Found\r\nLocation: {location}\r\nContent-Length: 0");

        Assert.Contains(expected, await RefusedAsync("/a"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("//:80/")]
    [InlineData("https://[")]
    [InlineData("https://images.example.com:99999/b")]
    [InlineData("//user@images.example.com/b")]
    public async Task Read_RedirectToNoUrl_IsRefused(string location)
    {
        _server.Answers["/a"] = WebServer.Answer($"302 Found\r\nLocation: {location}\r\nContent-Length: 0");

        Assert.NotEmpty(await RefusedAsync("/a"));
    }

    [Theory]
    [InlineData("127.0.0.2")]
    [InlineData("10.1.2.3")]
    [InlineData("169.254.169.254")]
    [InlineData("::1")]
    [InlineData("::ffff:10.0.0.1")]
    public async Task Read_NameOfAForbiddenAddress_IsRefusedWithoutConnecting(string address)
    {
        _resolved = address;

        Assert.Contains("an address that may not be reached", await RefusedAsync("/a"), StringComparison.Ordinal);
        Assert.Equal(0, _server.Connections);
    }

    [Fact]
    public async Task Read_RedirectToANameOfAForbiddenAddress_IsRefused()
    {
        _limits.Hosts.Add($"rebound.example.com:{_server.Port}");
        _server.Answers["/a"] = WebServer.Answer(
            $"307 Temporary Redirect\r\nLocation: https://rebound.example.com:{_server.Port}/b\r\nContent-Length: 0");

        Assert.Contains("an address that may not be reached", await RefusedAsync("/a"), StringComparison.Ordinal);
        Assert.Equal(1, _server.Connections);
    }

    [Fact]
    public async Task Read_NameThatChangesItsMind_IsCheckedOnEveryConnection()
    {
        _server.Answers["/a"] = WebServer.Answer("200 OK\r\nContent-Length: 1", "a");
        Assert.Equal("a", await ReadAsync("/a"));
        _resolved = "10.0.0.1";

        Assert.Contains("an address that may not be reached", await RefusedAsync("/a"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(SocketError.HostNotFound, "does not exist in DNS")]
    [InlineData(SocketError.NoData, "does not exist in DNS")]
    [InlineData(SocketError.NetworkUnreachable, "there is no route to it")]
    [InlineData(SocketError.HostUnreachable, "there is no route to it")]
    public async Task Read_HostThatCannotBeReached_IsRefused(SocketError error, string expected)
    {
        _resolveError = new SocketException((int)error);

        Assert.Contains(expected, await RefusedAsync("/a"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(SocketError.TryAgain)]
    [InlineData(SocketError.ConnectionRefused)]
    [InlineData(SocketError.TimedOut)]
    public async Task Read_ErrorThatMayPass_IsAnIOException(SocketError error)
    {
        _resolveError = new SocketException((int)error);

        await Assert.ThrowsAsync<IOException>(() => ReadAsync("/a"));
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("br")]
    public async Task Read_EncodedFile_IsRefusedByName(string coding)
    {
        _server.Answers["/a"] = WebServer.Answer($"200 OK\r\nContent-Encoding: {coding}\r\nContent-Length: 5", "hello");
        _server.Answers["/b"] = WebServer.Answer("200 OK\r\nContent-Encoding: identity\r\nContent-Length: 5", "hello");

        Assert.Contains($"Content-Encoding: {coding}, which is not decoded", await RefusedAsync("/a"), StringComparison.Ordinal);
        Assert.Equal("hello", await ReadAsync("/b"));
    }

    [Fact]
    public async Task Read_TooLarge_IsRefused()
    {
        _limits.MaxBytes = 4;
        _server.Answers["/announced"] = WebServer.Answer("200 OK\r\nContent-Length: 5", "hello");
        _server.Answers["/chunked"] = WebServer.Answer("200 OK\r\nTransfer-Encoding: chunked", "5\r\nhello\r\n0\r\n\r\n");
        _server.Answers["/just"] = WebServer.Answer("200 OK\r\nTransfer-Encoding: chunked", "4\r\nhell\r\n0\r\n\r\n");

        Assert.Contains("larger than 4 bytes", await RefusedAsync("/announced"), StringComparison.Ordinal);
        Assert.Contains("larger than 4 bytes", await RefusedAsync("/chunked"), StringComparison.Ordinal);
        Assert.Equal("hell", await ReadAsync("/just"));
    }

    [Fact]
    public async Task Read_StatusOfAnError_IsPermanentOrTransient()
    {
        _server.Answers["/404"] = WebServer.Answer("404 Not Found\r\nContent-Length: 0");
        _server.Answers["/503"] = WebServer.Answer("503 Busy\r\nContent-Length: 0");

        Assert.Equal("The input's web server responded with 404.", await RefusedAsync("/404"));
        Assert.Equal(
            "The input's web server responded with 503.", (await Assert.ThrowsAsync<IOException>(() => ReadAsync("/503"))).Message);
    }

    [Fact]
    public async Task Read_SilentServer_TimesOut()
    {
        _limits.Timeout = TimeSpan.FromSeconds(0.3);
        Task<string> read = ReadAsync("/silent");
        await _time.WaitForTimerAsync(_limits.Timeout);

        _time.Advance(_limits.Timeout);

        Assert.Equal("The input's web server took more than 0.3 s.", (await Assert.ThrowsAsync<IOException>(() => read)).Message);
    }

    public async ValueTask DisposeAsync()
    {
        _reader.Dispose();
        await _server.DisposeAsync();
    }

    private async Task<string> ReadAsync(string path) =>
        Encoding.ASCII.GetString(
            (await _reader.ReadAsync(new Uri($"https://images.example.com:{_server.Port}{path}"), _limits, Token)).Span);

    private async Task<string> RefusedAsync(string path) =>
        (await Assert.ThrowsAsync<InvalidInputException>(() => ReadAsync(path))).Message;
}
