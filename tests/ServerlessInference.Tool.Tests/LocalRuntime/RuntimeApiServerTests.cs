using System.Net;
using System.Net.Sockets;
using System.Text;
using ServerlessInference.Tool.LocalRuntime;
using ServerlessInference.Tool.Tests.Support;

namespace ServerlessInference.Tool.Tests.LocalRuntime;

public sealed class RuntimeApiServerTests
{
    private const int Limit = 60_000;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact(Timeout = Limit)]
    public async Task Next_Invocation_CarriesAllHeadersAndTheEvent()
    {
        await using var api = await RuntimeApiFixture.StartAsync();

        var (_, next) = await api.DispatchAsync("id-1", """{"a":1}""", clientContext: """{"custom":{"source":"x"}}""");

        Assert.Equal(HttpStatusCode.OK, next.StatusCode);
        Assert.Equal("application/json", next.Content.Headers.ContentType?.ToString());
        Assert.Equal("id-1", Header(next, "Lambda-Runtime-Aws-Request-Id"));
        Assert.Equal("1234567", Header(next, "Lambda-Runtime-Deadline-Ms"));
        Assert.Equal("arn:aws:lambda:us-east-1:123456789012:function:fake", Header(next, "Lambda-Runtime-Invoked-Function-Arn"));
        Assert.Equal("Root=1-a-b;Sampled=0", Header(next, "Lambda-Runtime-Trace-Id"));
        Assert.Equal("""{"custom":{"source":"x"}}""", Header(next, "Lambda-Runtime-Client-Context"));
        Assert.Equal("""{"a":1}""", await next.Content.ReadAsStringAsync(Cancellation));
    }

    [Fact(Timeout = Limit)]
    public async Task Next_FirstPoll_CompletesTheInit()
    {
        await using var api = await RuntimeApiFixture.StartAsync();
        Assert.False(api.Session.Initialised.IsCompleted);

        await api.DispatchAsync();

        Assert.Null(await api.Session.Initialised);
    }

    [Fact(Timeout = Limit)]
    public async Task Next_WhileAnInvocationRuns_SendsTheSameEventAgain()
    {
        await using var api = await RuntimeApiFixture.StartAsync();
        await api.DispatchAsync("id-1", """{"a":1}""");

        using var again = await api.Function.GetAsync("invocation/next", Cancellation);

        Assert.Equal("id-1", Header(again, "Lambda-Runtime-Aws-Request-Id"));
        Assert.Equal("""{"a":1}""", await again.Content.ReadAsStringAsync(Cancellation));
    }

    [Fact(Timeout = Limit)]
    public async Task Next_PollGivenUp_TheInvocationGoesToTheNextPoll()
    {
        await using var api = await RuntimeApiFixture.StartAsync();
        using (var impatient = new CancellationTokenSource())
        {
            var poll = api.Function.GetAsync("invocation/next", impatient.Token);
            await api.Session.Initialised;
            await impatient.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => poll);
        }

        // The server learns of the hang-up a moment later; an invocation that it still hands to the dead poll is asked for again.
        var (invocation, next) = await api.DispatchAsync("id-2");

        Assert.Equal("id-2", Header(next, "Lambda-Runtime-Aws-Request-Id"));
        Assert.False(invocation.Outcome.IsCompleted);
    }

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
    [InlineData("invocation/wrong/response")]
    [InlineData("invocation/wrong/error")]
    public async Task Answer_UnknownRequestId_IsRejected(string path)
    {
        await using var api = await RuntimeApiFixture.StartAsync();
        var (invocation, _) = await api.DispatchAsync();

        using var answer = await api.PostAsync(path, "{}");

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal(("InvalidRequestID", "Invalid request ID"), await RuntimeApiFixture.ErrorAsync(answer));
        Assert.False(invocation.Outcome.IsCompleted);
    }

    [Fact(Timeout = Limit)]
    public async Task Answer_BeforeAnyInvocation_IsRejected()
    {
        await using var api = await RuntimeApiFixture.StartAsync();

        using var answer = await api.PostAsync("invocation/id-1/response", "{}");

        Assert.Equal("InvalidRequestID", (await RuntimeApiFixture.ErrorAsync(answer)).Type);
    }

    [Theory(Timeout = Limit)]
    [InlineData("invocation/id-1/response")]
    [InlineData("invocation/id-1/error")]
    public async Task Answer_Twice_IsAnInvalidStateTransition(string path)
    {
        await using var api = await RuntimeApiFixture.StartAsync();
        var (invocation, _) = await api.DispatchAsync();
        using var first = await api.PostAsync("invocation/id-1/response", "1");

        using var second = await api.PostAsync(path, "2");

        Assert.Equal(HttpStatusCode.Forbidden, second.StatusCode);
        var (type, message) = await RuntimeApiFixture.ErrorAsync(second);
        Assert.Equal("InvalidStateTransition", type);
        Assert.Contains("from RuntimeResponseSentState to RuntimeInvocation", message, StringComparison.Ordinal);
        Assert.Equal("1", Encoding.UTF8.GetString((await invocation.Outcome).Payload.Span));
    }

    [Theory(Timeout = Limit)]
    [InlineData(false, 10, 202)]
    [InlineData(false, 11, 413)]
    [InlineData(true, 20, 202)]
    [InlineData(true, 21, 413)]
    public async Task Response_AroundTheLimit_IsAcceptedOrTooLarge(bool streamed, int length, int status)
    {
        await using var api = await RuntimeApiFixture.StartAsync(configure: settings => settings with { MaxResponseBytes = 10, MaxStreamedResponseBytes = 20 });
        var (invocation, _) = await api.DispatchAsync();

        using var answer = await api.PostAsync("invocation/id-1/response", new string('x', length), streamed ? [("Lambda-Runtime-Function-Response-Mode", "streaming")] : []);

        Assert.Equal(status, (int)answer.StatusCode);
        var outcome = await invocation.Outcome;
        if (status == 202)
        {
            Assert.Equal(length, outcome.Payload.Length);
            return;
        }

        var limit = streamed ? 20 : 10;
        Assert.Equal(("RequestEntityTooLarge", $"Exceeded maximum allowed payload size ({limit} bytes)."), await RuntimeApiFixture.ErrorAsync(answer));
        Assert.Equal(
            new FunctionError("Function.ResponseSizeTooLarge", $"Response payload size ({length} bytes) exceeded maximum allowed payload size ({limit} bytes)."),
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
            "Lambda-Runtime-Function-Response-Mode: streaming\r\nTrailer: Lambda-Runtime-Function-Error-Type, Lambda-Runtime-Function-Error-Body\r\n\r\n" +
            $"3\r\nabc\r\n0\r\nLambda-Runtime-Function-Error-Type: Function.Broken\r\nLambda-Runtime-Function-Error-Body: {error}\r\n\r\n");

        Assert.StartsWith("HTTP/1.1 202", answer, StringComparison.Ordinal);
        Assert.Equal(new FunctionError("Broken", "half way"), (await invocation.Outcome).Error);
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
            await socket.SendAsync("POST /2018-06-01/runtime/invocation/id-1/response HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf"u8.ToArray(), Cancellation);
        }

        Assert.Equal("Runtime.TruncatedResponse", (await invocation.Outcome).Error?.Type);
    }

    [Fact(Timeout = Limit)]
    public async Task Error_Posted_KeepsBodyAndTakesTypeAndMessageFromIt()
    {
        await using var api = await RuntimeApiFixture.StartAsync();
        var (invocation, _) = await api.DispatchAsync();
        const string body = """{"errorMessage":"m","errorType":"T","stackTrace":["a"]}""";

        using var answer = await api.PostAsync("invocation/id-1/error", body, ("Lambda-Runtime-Function-Error-Type", "Function.T"));

        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        var outcome = await invocation.Outcome;
        Assert.Equal(new FunctionError("T", "m"), outcome.Error);
        Assert.Equal(body, Encoding.UTF8.GetString(outcome.Payload.Span));
    }

    [Theory(Timeout = Limit)]
    [InlineData("Function.NoModel", "Function.NoModel")]
    [InlineData("Runtime.Broken", "Runtime.Broken")]
    [InlineData("Function.no model", "Function.Unknown")]
    [InlineData("MyError", "Runtime.Unknown")]
    public async Task Error_TypeInTheHeaderOnly_IsOneOfTheTwoFamilies(string header, string expected)
    {
        await using var api = await RuntimeApiFixture.StartAsync();
        var (invocation, _) = await api.DispatchAsync();

        using var answer = await api.PostAsync("invocation/id-1/error", "", ("Lambda-Runtime-Function-Error-Type", header));

        Assert.Equal(expected, (await invocation.Outcome).Error?.Type);
    }

    [Fact(Timeout = Limit)]
    public async Task InitError_BeforeTheFirstPoll_FailsTheInitAndForbidsPolling()
    {
        await using var api = await RuntimeApiFixture.StartAsync();

        using var answer = await api.PostAsync("init/error", """{"errorMessage":"m","errorType":"T"}""", ("Lambda-Runtime-Function-Error-Type", "Runtime.T"));
        using var poll = await api.Function.GetAsync("invocation/next", Cancellation);

        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        Assert.Equal(new FunctionError("T", "m"), (await api.Session.Initialised)?.Error);
        Assert.Equal(HttpStatusCode.Forbidden, poll.StatusCode);
        Assert.Equal("InvalidStateTransition", (await RuntimeApiFixture.ErrorAsync(poll)).Type);
    }

    [Fact(Timeout = Limit)]
    public async Task InitError_AfterTheFirstPoll_IsForbidden()
    {
        await using var api = await RuntimeApiFixture.StartAsync();
        await api.DispatchAsync();

        using var answer = await api.PostAsync("init/error", "{}");

        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        Assert.Null(await api.Session.Initialised);
    }

    [Theory(Timeout = Limit)]
    [InlineData("GET", "/2018-06-01/runtime/nonsense", 404)]
    [InlineData("GET", "/2015-03-31/functions/function/invocations", 404)]
    [InlineData("POST", "/2018-06-01/runtime/invocation/next", 405)]
    [InlineData("GET", "/2018-06-01/runtime/init/error", 405)]
    public async Task Call_UnknownPathOrMethod_IsRejected(string method, string path, int status)
    {
        await using var api = await RuntimeApiFixture.StartAsync();

        using var answer = await api.Function.SendAsync(new HttpRequestMessage(new HttpMethod(method), path), Cancellation);

        Assert.Equal(status, (int)answer.StatusCode);
    }

    [Fact(Timeout = Limit)]
    public async Task Next_ConcurrencyAboveOne_SeveralInvocationsRunAndEachIsAnsweredOnce()
    {
        await using var api = await RuntimeApiFixture.StartAsync(maxConcurrency: 2);
        var (first, _) = await api.DispatchAsync("a");
        var (second, next) = await api.DispatchAsync("b");

        using var answerB = await api.PostAsync("invocation/b/response", "2");
        using var answerA = await api.PostAsync("invocation/a/response", "1");
        using var again = await api.PostAsync("invocation/a/response", "3");

        Assert.Equal("b", Header(next, "Lambda-Runtime-Aws-Request-Id"));
        Assert.Equal("1", Encoding.UTF8.GetString((await first.Outcome).Payload.Span));
        Assert.Equal("2", Encoding.UTF8.GetString((await second.Outcome).Payload.Span));
        Assert.Equal(HttpStatusCode.BadRequest, again.StatusCode);
    }

    [Fact(Timeout = Limit)]
    public async Task Response_AfterThePlatformGaveUp_IsGone()
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

    private static string Header(HttpResponseMessage response, string name) => Assert.Single(response.Headers.GetValues(name));
}
