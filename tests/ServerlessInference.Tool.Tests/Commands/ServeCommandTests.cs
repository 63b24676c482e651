using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using ServerlessInference.Tool.CommandLine;
using ServerlessInference.Tool.Tests.Support;

namespace ServerlessInference.Tool.Tests.Commands;

public sealed class ServeCommandTests
{
    private const int Limit = 120_000;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact(Timeout = Limit)]
    public async Task Serve_Request_BecomesAnEventInPayloadFormatTwo()
    {
        await using var serve = await ServeSession.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/a%20b/c?x=1&x=2&y=%C3%A9")
        {
            Content = new StringContent("grüße", Encoding.UTF8, "text/plain"),
        };
        request.Headers.Add("X-Custom", ["one", "two"]);
        request.Headers.Add("Cookie", "a=1; b=2");
        request.Headers.UserAgent.ParseAdd("tests/1.0");

        using var response = await serve.Client.SendAsync(request, Cancellation);

        var sent = (await JsonAsync(response)).GetProperty("event");
        Assert.Equal("2.0", sent.GetProperty("version").GetString());
        Assert.Equal("$default", sent.GetProperty("routeKey").GetString());
        Assert.Equal("/a%20b/c", sent.GetProperty("rawPath").GetString());
        Assert.Equal("x=1&x=2&y=%C3%A9", sent.GetProperty("rawQueryString").GetString());
        Assert.Equal("1,2", sent.GetProperty("queryStringParameters").GetProperty("x").GetString());
        Assert.Equal("é", sent.GetProperty("queryStringParameters").GetProperty("y").GetString());
        Assert.Equal(["a=1", "b=2"], sent.GetProperty("cookies").EnumerateArray().Select(cookie => cookie.GetString()));
        Assert.Equal(
            "one,two", sent.GetProperty("headers").GetProperty("x-custom").GetString()!.Replace(" ", "", StringComparison.Ordinal));
        Assert.False(sent.GetProperty("headers").TryGetProperty("cookie", out _));
        Assert.Equal("text/plain; charset=utf-8", sent.GetProperty("headers").GetProperty("content-type").GetString());
        Assert.Equal("grüße", sent.GetProperty("body").GetString());
        Assert.False(sent.GetProperty("isBase64Encoded").GetBoolean());
        var http = sent.GetProperty("requestContext").GetProperty("http");
        Assert.Equal("POST", http.GetProperty("method").GetString());
        Assert.Equal("/a b/c", http.GetProperty("path").GetString());
        Assert.Equal("HTTP/1.1", http.GetProperty("protocol").GetString());
        Assert.Equal("127.0.0.1", http.GetProperty("sourceIp").GetString());
        Assert.Equal("tests/1.0", http.GetProperty("userAgent").GetString());
    }

    [Theory(Timeout = Limit)]
    [InlineData("/", "zz\r\nabc\r\n0\r\n\r\n")]
    [InlineData("/", "3\r\nabcdef\r\n0\r\n\r\n")]
    [InlineData("/2015-03-31/functions/function/invocations", "-1\r\nabc\r\n0\r\n\r\n")]
    public async Task Serve_MalformedChunks_AreABadRequest(string path, string body)
    {
        await using var serve = await ServeSession.StartAsync();

        string answer = await SendRawAsync(
            serve, $"POST {path} HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n{body}");

        Assert.StartsWith("HTTP/1.1 400 ", answer, StringComparison.Ordinal);
    }

    [Theory(Timeout = Limit)]
    [InlineData("evil.example.com", null, false)]
    [InlineData("169.254.169.254", null, false)]
    [InlineData("127.0.0.1:9000", "https://evil.example.com", false)]
    [InlineData("localhost", "null", false)]
    [InlineData("localhost:1", "http://localhost.evil.example.com", false)]
    [InlineData("localhost", null, true)]
    [InlineData("[::1]:9000", null, true)]
    [InlineData("127.0.0.1", "http://localhost:5173", true)]
    public async Task Serve_HostAndOrigin_MustBeThisMachine(string host, string? origin, bool isAnswered)
    {
        await using var serve = await ServeSession.StartAsync();

        string answer = await SendRawAsync(
            serve,
            $"GET /page HTTP/1.1\r\nHost: {host}\r\n{(origin is null ? string.Empty : $"Origin: {origin}\r\n")}Connection: close\r\n\r\n");

        Assert.StartsWith(isAnswered ? "HTTP/1.1 200 " : "HTTP/1.1 403 ", answer, StringComparison.Ordinal);
    }

    [Theory(Timeout = Limit)]
    [InlineData("image/jpeg")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("application/json")] // but the bytes are no UTF-8
    public async Task Serve_BinaryBody_IsBase64(string contentType)
    {
        await using var serve = await ServeSession.StartAsync();
        using var content = new ByteArrayContent([0xFF, 0xD8, 0xFF]);
        content.Headers.ContentType = new MediaTypeHeaderValue(contentType);

        using var response = await serve.Client.PostAsync("/", content, Cancellation);

        var sent = (await JsonAsync(response)).GetProperty("event");
        Assert.True(sent.GetProperty("isBase64Encoded").GetBoolean());
        Assert.Equal("/9j/", sent.GetProperty("body").GetString());
    }

    [Fact(Timeout = Limit)]
    public async Task Serve_SixtyFourRequestsAtOnce_AreQueuedThroughOneProcess()
    {
        await using var serve = await ServeSession.StartAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 64).Select(async number =>
        {
            using var response = await serve.Client.GetAsync(string.Create(CultureInfo.InvariantCulture, $"/{number}"), Cancellation);
            Assert.True(response.StatusCode == HttpStatusCode.OK, $"{response.StatusCode}\n{serve.Error}");
            var json = await JsonAsync(response);
            Assert.Equal(
                string.Create(CultureInfo.InvariantCulture, $"/{number}"), json.GetProperty("event").GetProperty("rawPath").GetString());
            return (Count: json.GetProperty("count").GetInt32(), Pid: json.GetProperty("pid").GetInt32());
        }));

        Assert.Equal(Enumerable.Range(1, 64), answers.Select(answer => answer.Count).Order());
        Assert.Single(answers.Select(answer => answer.Pid).Distinct());
    }

    [Fact(Timeout = Limit)]
    public async Task Serve_EveryRequest_IsADocument()
    {
        await using var serve = await ServeSession.StartAsync();

        using var first = await serve.Client.GetAsync("/first?secret=1", Cancellation);
        var cold = await serve.NextDocumentAsync();
        using var second = await serve.Client.GetAsync("/second", Cancellation);
        var warm = await serve.NextDocumentAsync();

        CliDocs.AssertFits("serve-request", cold);
        CliDocs.AssertFits("serve-request", warm);
        Assert.Equal("/first", cold.GetProperty("path").GetString());
        Assert.True(cold.GetProperty("cold").GetBoolean());
        Assert.True(cold.TryGetProperty("initMs", out _));
        Assert.False(warm.GetProperty("cold").GetBoolean());
        Assert.Equal(200, warm.GetProperty("status").GetInt32());
        Assert.Equal(second.Headers.GetValues("x-amzn-requestid").Single(), warm.GetProperty("requestId").GetString());
    }

    [Fact(Timeout = Limit)]
    public async Task Serve_Timeout_Is504AndTheNextRequestIsServed()
    {
        await using var serve = await ServeSession.StartAsync("--timeout", "5", "--env", "TEST_HTTP=1");

        using var late = await DoAsync(serve, """{"do":"hang"}""");
        var document = await serve.NextDocumentAsync();
        using var next = await serve.Client.GetAsync("/", Cancellation);

        Assert.Equal(HttpStatusCode.GatewayTimeout, late.StatusCode);
        Assert.Equal("""{"message":"Endpoint request timed out"}""", await late.Content.ReadAsStringAsync(Cancellation));
        CliDocs.AssertFits("serve-request", document);
        Assert.Equal("Sandbox.Timedout", document.GetProperty("error").GetProperty("type").GetString());
        Assert.Equal(HttpStatusCode.OK, next.StatusCode);
        Assert.Equal(2, (await JsonAsync(next)).GetProperty("starts").GetInt32());
    }

    [Theory(Timeout = Limit)]
    [InlineData("""{"do":"throw"}""", "InvalidInput")]
    [InlineData("""{"do":"exit","n":5}""", "Runtime.ExitError")]
    [InlineData("""{"do":"raw","body":"no json"}""", "InvalidResponse")]
    [InlineData("""{"do":"raw","body":"{\"statusCode\":200,\"body\":{}}"}""", "InvalidResponse")]
    [InlineData("""{"do":"raw","body":"{\"statusCode\":42}"}""", "InvalidResponse")]
    public async Task Serve_FunctionFails_Is502(string action, string errorType)
    {
        await using var serve = await ServeSession.StartAsync("--env", "TEST_HTTP=1");

        using var failed = await DoAsync(serve, action);
        var document = await serve.NextDocumentAsync();
        using var next = await serve.Client.GetAsync("/", Cancellation);

        Assert.Equal(HttpStatusCode.BadGateway, failed.StatusCode);
        Assert.Equal("""{"message":"Internal Server Error"}""", await failed.Content.ReadAsStringAsync(Cancellation));
        CliDocs.AssertFits("serve-request", document);
        Assert.Equal(errorType, document.GetProperty("error").GetProperty("type").GetString());
        Assert.Equal(HttpStatusCode.OK, next.StatusCode);
    }

    [Fact(Timeout = Limit)]
    public async Task Serve_StreamedAnswer_IsTakenApart()
    {
        await using var serve = await ServeSession.StartAsync("--env", "TEST_HTTP=1");

        using var response = await DoAsync(serve, """{"do":"stream"}""");

        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        Assert.Equal("text/plain", response.Content.Headers.ContentType?.MediaType);
        Assert.Equal("streamed", await response.Content.ReadAsStringAsync(Cancellation));
    }

    [Fact(Timeout = Limit)]
    public async Task Serve_FullAnswer_SetsStatusHeadersCookiesAndBytes()
    {
        await using var serve = await ServeSession.StartAsync("--env", "TEST_HTTP=1");
        const string answer = """{"statusCode":418,"headers":{"content-type":"image/png","x-number":7},""" +
            """ "cookies":["a=1","b=2"],"body":"AQID","isBase64Encoded":true}""";

        using var response = await DoAsync(
            serve, JsonSerializer.Serialize(new Dictionary<string, string> { ["do"] = "raw", ["body"] = answer }));

        Assert.Equal(418, (int)response.StatusCode);
        Assert.Equal("image/png", response.Content.Headers.ContentType?.ToString());
        Assert.Equal("7", response.Headers.GetValues("x-number").Single());
        Assert.Equal(["a=1", "b=2"], response.Headers.GetValues("set-cookie"));
        Assert.Equal([1, 2, 3], await response.Content.ReadAsByteArrayAsync(Cancellation));
    }

    [Fact(Timeout = Limit)]
    public async Task Serve_BodyOverTheLimit_Is413AndDoesNotReachTheFunction()
    {
        await using var serve = await ServeSession.StartAsync();

        using var response = await serve.Client.PostAsync("/", new ByteArrayContent(new byte[7 * 1024 * 1024]), Cancellation);
        var document = await serve.NextDocumentAsync();

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
        CliDocs.AssertFits("serve-request", document);
        Assert.DoesNotContain("function start", serve.Error.ToString(), StringComparison.Ordinal);
    }

    [Fact(Timeout = Limit)]
    public async Task Serve_Stopped_ExitsWithZero()
    {
        await using var serve = await ServeSession.StartAsync();
        using var response = await serve.Client.GetAsync("/", Cancellation);

        Assert.Equal(ExitCode.Success, await serve.StopAsync());
    }

    [Fact(Timeout = Limit)]
    public async Task Serve_PortInUse_ExitsWithTwo()
    {
        await using var serve = await ServeSession.StartAsync();

        var second = await ToolRun.RunAsync(
            "serve", "--port", serve.Client.BaseAddress!.Port.ToString(CultureInfo.InvariantCulture), "--", TestFunction.Program);

        Assert.Equal(ExitCode.WrongUsage, second.ExitCode);
        Assert.Contains("cannot be used", second.Error, StringComparison.Ordinal);
    }

    /// <summary>Sends an action as the body; with TEST_HTTP the function acts on the body of an HTTP event.</summary>
    private static Task<HttpResponseMessage> DoAsync(ServeSession serve, string action) =>
        serve.Client.PostAsync("/", new StringContent(action, Encoding.UTF8, "application/json"), Cancellation);

    private static async Task<JsonElement> JsonAsync(HttpResponseMessage response) =>
        JsonDocument.Parse(await response.Content.ReadAsStringAsync(Cancellation)).RootElement;

    private static async Task<string> SendRawAsync(ServeSession serve, string request)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, serve.Client.BaseAddress!.Port, Cancellation);
        await socket.SendAsync(Encoding.ASCII.GetBytes(request), Cancellation);
        byte[] buffer = new byte[4096];
        int read = await socket.ReceiveAsync(buffer, Cancellation);
        return Encoding.ASCII.GetString(buffer, 0, read);
    }
}
