using System.Net;
using System.Net.Sockets;
using System.Text;
using ServerlessInference.Tool.LocalRuntime;
using ServerlessInference.Tool.Tests.Support;

namespace ServerlessInference.Tool.Tests.LocalRuntime;

public sealed class RuntimeApiResponseTests
{
    private const int Limit = 60_000;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact(Timeout = Limit)]
    public async Task Response_RunningInvocation_IsAcceptedAndKept()
    {
        await using var api = await RuntimeApiFixture.StartAsync();
        var (invocation, _) = await api.DispatchAsync();

        using var answer = await api.PostAsync("invocation/id-1/response", """{"label":"cat"}""");

        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        Assert.Equal("""{"status":"OK"}""", await answer.Content.ReadAsStringAsync(Cancellation));
        var outcome = await invocation.Outcome;
        Assert.Equal("""{"label":"cat"}""", Encoding.UTF8.GetString(outcome.Payload.Span));
        Assert.Null(outcome.Error);
        Assert.False(outcome.Streamed);
    }

    [Theory(Timeout = Limit)]
    [InlineData(false, 10, 202)]
    [InlineData(false, 11, 413)]
    [InlineData(true, 20, 202)]
    [InlineData(true, 21, 413)]
    public async Task Response_AroundTheLimit_IsAcceptedOrTooLarge(bool streamed, int length, int status)
    {
        await using var api = await RuntimeApiFixture.StartAsync(
            configure: settings => settings with { MaxResponseBytes = 10, MaxStreamedResponseBytes = 20 });
        var (invocation, _) = await api.DispatchAsync();

        using var answer = await api.PostAsync(
            "invocation/id-1/response", new string('x', length), streamed ? [("Lambda-Runtime-Function-Response-Mode", "streaming")] : []);

        Assert.Equal(status, (int)answer.StatusCode);
        var outcome = await invocation.Outcome;
        if (status == 202)
        {
            Assert.Equal(length, outcome.Payload.Length);
            return;
        }

        var limit = streamed ? 20 : 10;
        Assert.Equal(
            ("RequestEntityTooLarge", $"Exceeded maximum allowed payload size ({limit} bytes)."),
            await RuntimeApiFixture.ErrorAsync(answer));
        Assert.Equal(
            new FunctionError(
                "Function.ResponseSizeTooLarge",
                $"Response payload size ({length} bytes) exceeded maximum allowed payload size ({limit} bytes)."),
            outcome.Error);
    }

    [Fact(Timeout = Limit)]
    public async Task Response_StreamedInChunks_IsAssembled()
    {
        await using var api = await RuntimeApiFixture.StartAsync();
        var (invocation, _) = await api.DispatchAsync();

        var answer = await RawAsync(
            api,
            "POST /2018-06-01/runtime/invocation/id-1/response HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n" +
            "Lambda-Runtime-Function-Response-Mode: streaming\r\nContent-Type: text/event-stream\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");

        Assert.StartsWith("HTTP/1.1 202", answer, StringComparison.Ordinal);
        var outcome = await invocation.Outcome;
        Assert.True(outcome.Streamed);
        Assert.Equal("text/event-stream", outcome.ContentType);
        Assert.Equal("abcde", Encoding.UTF8.GetString(outcome.Payload.Span));
    }

    [Fact(Timeout = Limit)]
    public async Task Response_ErrorInTrailers_FailsTheInvocation()
    {
        await using var api = await RuntimeApiFixture.StartAsync();
        var (invocation, _) = await api.DispatchAsync();
        var error = Convert.ToBase64String("""{"errorMessage":"half way","errorType":"Broken"}"""u8);

        var answer = await RawAsync(
            api,
            "POST /2018-06-01/runtime/invocation/id-1/response HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n" +
            "Lambda-Runtime-Function-Response-Mode: streaming\r\nTrailer: Lambda-Runtime-Function-Error-Type, " +
            $"Lambda-Runtime-Function-Error-Body\r\n\r\n3\r\nabc\r\n0\r\nLambda-Runtime-Function-Error-Type: " +
            $"Function.Broken\r\nLambda-Runtime-Function-Error-Body: {error}\r\n\r\n");

        Assert.StartsWith("HTTP/1.1 202", answer, StringComparison.Ordinal);
        Assert.Equal(new FunctionError("Broken", "half way"), (await invocation.Outcome).Error);
    }

    [Theory(Timeout = Limit)]
    [InlineData("Host: evil.example.com", 403)]
    [InlineData("Host: 127.0.0.1\r\nOrigin: https://evil.example.com", 403)]
    [InlineData("Host: 127.0.0.1", 400)]
    public async Task Error_ForeignPageOrMalformedChunks_IsRejected(string headers, int status)
    {
        await using var api = await RuntimeApiFixture.StartAsync();
        await api.DispatchAsync();

        var answer = await RawAsync(
            api,
            $"POST /2018-06-01/runtime/invocation/id-1/error HTTP/1.1\r\n{headers}\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n");

        Assert.StartsWith($"HTTP/1.1 {status} ", answer, StringComparison.Ordinal);
    }

    [Fact(Timeout = Limit)]
    public async Task Response_UnknownMode_IsRejected()
    {
        await using var api = await RuntimeApiFixture.StartAsync();
        var (invocation, _) = await api.DispatchAsync();

        using var answer = await api.PostAsync("invocation/id-1/response", "{}", ("Lambda-Runtime-Function-Response-Mode", "buffered"));

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal("InvalidFunctionResponseMode", (await RuntimeApiFixture.ErrorAsync(answer)).Type);
        Assert.Equal("Runtime.InvalidResponseModeHeader", (await invocation.Outcome).Error?.Type);
    }

    [Fact(Timeout = Limit)]
    public async Task Response_ConnectionLost_IsTruncated()
    {
        await using var api = await RuntimeApiFixture.StartAsync();
        var (invocation, _) = await api.DispatchAsync();

        using (var socket = await ConnectAsync(api))
        {
            await socket.SendAsync(
                "POST /2018-06-01/runtime/invocation/id-1/response HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf"u8.ToArray(),
                Cancellation);
        }

        Assert.Equal("Runtime.TruncatedResponse", (await invocation.Outcome).Error?.Type);
    }

    [Fact(Timeout = Limit)]
    public async Task Response_AfterTheTimeout_IsGone()
    {
        await using var api = await RuntimeApiFixture.StartAsync(maxConcurrency: 2);
        var (invocation, _) = await api.DispatchAsync("late");
        invocation.TryComplete(InvocationOutcome.Failed(new FunctionError(FunctionError.TimedOut, "late"), 0));

        using var answer = await api.PostAsync("invocation/late/response", "{}");

        Assert.Equal(HttpStatusCode.Gone, answer.StatusCode);
        Assert.Equal(("InvokeTimeout", "Invoke timeout"), await RuntimeApiFixture.ErrorAsync(answer));
    }

    private static async Task<Socket> ConnectAsync(RuntimeApiFixture api)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, api.Function.BaseAddress!.Port, Cancellation);
        return socket;
    }

    private static async Task<string> RawAsync(RuntimeApiFixture api, string request)
    {
        using var socket = await ConnectAsync(api);
        await socket.SendAsync(Encoding.ASCII.GetBytes(request), Cancellation);
        var buffer = new byte[4096];
        var read = await socket.ReceiveAsync(buffer, Cancellation);
        return Encoding.ASCII.GetString(buffer, 0, read);
    }
}
