using System.Net;
using System.Text;
using System.Text.Json;
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
    public async Task Next_ClientContextOfSeveralLinesAndAnyCharacters_FitsIntoItsHeader()
    {
        await using var api = await RuntimeApiFixture.StartAsync();

        var (_, next) = await api.DispatchAsync("id-1", clientContext: "{\n  \"custom\": { \"name\": \"Zoë 🦊\" }\r\n}");

        Assert.Equal(HttpStatusCode.OK, next.StatusCode);
        using var context = JsonDocument.Parse(Header(next, "Lambda-Runtime-Client-Context"));
        Assert.Equal("Zoë 🦊", context.RootElement.GetProperty("custom").GetProperty("name").GetString());
    }

    [Fact(Timeout = Limit)]
    public async Task Error_BodyIsNotJson_IsPassedOnUnread()
    {
        await using var api = await RuntimeApiFixture.StartAsync();
        var (invocation, _) = await api.DispatchAsync("id-1");

        using var answer = await api.PostAsync("invocation/id-1/error", """{"errorType":"\ud800","errorMessage":"x"}""");

        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        Assert.Equal("Runtime.Unknown", (await invocation.Outcome).Error?.Type);
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
    public async Task Next_PollAbandoned_TheInvocationGoesToTheNextPoll()
    {
        await using var api = await RuntimeApiFixture.StartAsync();
        using (var impatient = new CancellationTokenSource())
        {
            var poll = api.Function.GetAsync("invocation/next", impatient.Token);
            await api.Session.Initialised;
            await impatient.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => poll);
        }

        // The server notices the closed connection a moment later. If it still hands the invocation to the dead poll, the next poll gets it
        // too.
        var (invocation, next) = await api.DispatchAsync("id-2");

        Assert.Equal("id-2", Header(next, "Lambda-Runtime-Aws-Request-Id"));
        Assert.False(invocation.Outcome.IsCompleted);
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

        using var answer = await api.PostAsync(
            "init/error", """{"errorMessage":"m","errorType":"T"}""", ("Lambda-Runtime-Function-Error-Type", "Runtime.T"));
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

    private static string Header(HttpResponseMessage response, string name) => Assert.Single(response.Headers.GetValues(name));
}
