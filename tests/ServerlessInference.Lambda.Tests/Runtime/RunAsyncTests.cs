using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using ServerlessInference.Lambda.Invocations;

namespace ServerlessInference.Lambda.Tests.Runtime;

public sealed class RunAsyncTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task RunAsync_Events_AreAnsweredOverOneConnection()
    {
        await using var api = new FakeRuntimeApi();
        await using var running = Running.Start(api, Echo);

        for (int i = 0; i < 5; i++)
        {
            FakeRuntimeApi.Post post = await api.SendAsync($$"""{"Text":"hello","Number":{{i}}}""");

            Assert.True(post.IsResponse);
            Assert.Equal("application/json", post.ContentType);
            Assert.Equal($$"""{"Text":"hello","Number":{{i}}}""", post.Body);
        }

        Assert.Equal(1, api.Connections);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(100_000)]
    public async Task RunAsync_ChunkedEvent_IsReadWhole(int chunk)
    {
        string text = new('x', 200_000 / (chunk == 1 ? 20 : 1));
        await using var api = new FakeRuntimeApi();
        await using var running = Running.Start(api, Echo);

        FakeRuntimeApi.Post post = await api.SendAsync($$"""{"Text":"{{text}}"}""", sent => sent.ChunkSize = chunk);

        Assert.Equal(text, JsonDocument.Parse(post.Body).RootElement.GetProperty("Text").GetString());
    }

    [Fact]
    public async Task RunAsync_EventThatTricklesIn_IsReadWhole()
    {
        await using var api = new FakeRuntimeApi();
        await using var running = Running.Start(api, Echo);

        FakeRuntimeApi.Post post = await api.SendAsync("""{"Text":"slow"}""", sent => sent.Trickle = true);

        Assert.Equal("""{"Text":"slow","Number":0}""", post.Body);
    }

    [Fact]
    public async Task RunAsync_EventOfSixMegabytes_IsAnswered()
    {
        await using var api = new FakeRuntimeApi();
        await using var running = Running.Start(api, (question, _, _) => ValueTask.FromResult(new Answer("length", question.Text.Length)));

        FakeRuntimeApi.Post post = await api.SendAsync($$"""{"Text":"{{new string('y', 6_000_000)}}"}""");

        Assert.Equal("""{"Text":"length","Number":6000000}""", post.Body);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(40)]
    [InlineData(10_000)]
    public async Task RunAsync_ConnectionThatBreaks_IsMadeAnew(int after)
    {
        await using var api = new FakeRuntimeApi();
        await using var running = Running.Start(api, Echo);
        await api.SendAsync("""{"Text":"first"}""");

        FakeRuntimeApi.Post post = await api.SendAsync("""{"Text":"second"}""", sent => sent.DropAfter = after);

        Assert.Equal("""{"Text":"second","Number":0}""", post.Body);
        Assert.Equal(2, api.Connections);
    }

    [Fact]
    public async Task RunAsync_ServerThatClosesAfterTheEvent_GetsTheAnswerOnANewConnection()
    {
        await using var api = new FakeRuntimeApi();
        await using var running = Running.Start(api, Echo);

        FakeRuntimeApi.Post first = await api.SendAsync("""{"Text":"a"}""", sent => sent.Close = true);
        FakeRuntimeApi.Post second = await api.SendAsync("""{"Text":"b"}""");

        Assert.Equal("""{"Text":"a","Number":0}""", first.Body);
        Assert.Equal("""{"Text":"b","Number":0}""", second.Body);
    }

    [Fact]
    public async Task RunAsync_NobodyListens_SaysWhatItTried()
    {
        await using InferenceFunction function =
            InferenceFunction.CreateBuilder([], new LambdaEnvironment { RuntimeApi = "127.0.0.1:1" }).Build();

        var exception = await Assert.ThrowsAsync<RuntimeApiException>(() => function.RunAsync(Token));

        Assert.Contains("127.0.0.1:1", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, "is not set")]
    [InlineData("host:port", "host and a port")]
    [InlineData(":9001", "host and a port")]
    public async Task RunAsync_WithoutAUsableAddress_SaysWhatToDo(string? address, string expected)
    {
        await using InferenceFunction function =
            InferenceFunction.CreateBuilder([], new LambdaEnvironment { RuntimeApi = address }).Build();

        var exception = await Assert.ThrowsAsync<RuntimeApiException>(() => function.RunAsync(Token));

        Assert.Contains(expected, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RunAsync_Headers_ReachTheHandler()
    {
        InvocationContext? seen = null;
        string? exported = null;
        await using var api = new FakeRuntimeApi();
        await using var running = Running.Start(api, (question, context, _) =>
        {
            seen = context;
            exported = System.Environment.GetEnvironmentVariable("_X_AMZN_TRACE_ID");
            return Echo(question, context, default);
        });

        await api.SendAsync("""{"Text":"x"}""", sent =>
        {
            sent.DeadlineMs = 1_900_000_000_000;
            sent.Headers["Lambda-Runtime-Trace-Id"] = "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Parent=9a9197af755a6419;Sampled=0";
            sent.Headers["Lambda-Runtime-Client-Context"] = """{"client":{}}""";
            sent.Headers["Lambda-Runtime-Cognito-Identity"] = """{"id":1}""";
            sent.Headers["Lambda-Runtime-Aws-Tenant-Id"] = "blue";
        });

        Assert.NotNull(seen);
        Assert.Equal("request-1", seen.RequestId);
        Assert.Equal(DateTimeOffset.FromUnixTimeMilliseconds(1_900_000_000_000), seen.Deadline);
        Assert.Equal("arn:aws:lambda:us-east-1:123456789012:function:test", seen.InvokedFunctionArn);
        Assert.Equal("Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Parent=9a9197af755a6419;Sampled=0", seen.TraceId);
        Assert.Equal(seen.TraceId, exported);
        Assert.Equal("""{"client":{}}""", seen.ClientContext);
        Assert.Equal("""{"id":1}""", seen.CognitoIdentity);
        Assert.Equal("blue", seen.TenantId);
    }

    [Fact]
    public async Task RunAsync_ServerErrorInsteadOfAnEvent_AsksAgain()
    {
        await using var api = new FakeRuntimeApi();
        await using var running = Running.Start(api, Echo);

        FakeRuntimeApi.Post post = await api.SendAsync("""{"Text":"x"}""", sent => sent.ServerErrors = 3);

        Assert.True(post.IsResponse);
    }

    [Fact]
    public async Task RunAsync_ServerErrorsWithoutEnd_Throws()
    {
        await using var api = new FakeRuntimeApi();
        await using InferenceFunction function = InferenceFunction.CreateBuilder([], api.Environment())
            .MapHandler(TestJson.Default.Question, TestJson.Default.Answer, Echo).Build();
        _ = api.SendAsync("""{"Text":"x"}""", sent => sent.ServerErrors = int.MaxValue);

        var exception = await Assert.ThrowsAsync<RuntimeApiException>(() => function.RunAsync(TestContext.Current.CancellationToken));

        Assert.Contains("it responded with 502", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RunAsync_HandlerThatThrows_PostsTypeButNotMessage()
    {
        await using var api = new FakeRuntimeApi();
        await using var running = Running.Start(api, (_, _, _) => throw new FormatException("a secret"));

        FakeRuntimeApi.Post post = await api.SendAsync("""{"Text":"x"}""");

        Assert.Equal("/2018-06-01/runtime/invocation/request-1/error", post.Path);
        Assert.Equal("FormatException", post.ErrorType);
        JsonElement error = JsonDocument.Parse(post.Body).RootElement;
        Assert.Equal("FormatException", error.GetProperty("errorType").GetString());
        Assert.Equal("The function failed. Request request-1 in its log says why.", error.GetProperty("errorMessage").GetString());
        Assert.Equal(0, error.GetProperty("stackTrace").GetArrayLength());
        Assert.Contains("a secret", running.Log, StringComparison.Ordinal);
        Assert.Contains("request-1", running.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RunAsync_ResponseThatLambdaRefusesAsTooLong_PostsAnError()
    {
        await using var api = new FakeRuntimeApi { StatusOfResponse = _ => 413 };
        await using var running = Running.Start(api, Echo);

        FakeRuntimeApi.Post post = await api.SendAsync("""{"Text":"x"}""");

        Assert.Equal("Function.ResponseSizeTooLarge", post.ErrorType);
    }

    [Fact]
    public async Task RunAsync_ResponseOverTheLimit_PostsAnErrorWithoutSendingIt()
    {
        await using var api = new FakeRuntimeApi();
        await using var running = Running.Start(api, (_, _, _) => ValueTask.FromResult(new Answer(new string('z', 7 * 1024 * 1024))));

        FakeRuntimeApi.Post post = await api.SendAsync("""{"Text":"x"}""");
        FakeRuntimeApi.Post next = await api.SendAsync("no JSON");

        Assert.Equal("Function.ResponseSizeTooLarge", post.ErrorType);
        Assert.Contains("6,291,556", post.Body, StringComparison.Ordinal);
        Assert.Equal("InvalidInputException", next.ErrorType);
    }

    [Fact]
    public async Task RunAsync_WrongSettings_AreReportedTogetherBeforeTheFirstEvent()
    {
        await using var api = new FakeRuntimeApi();
        InferenceFunctionBuilder builder = InferenceFunction.CreateBuilder([], api.Environment());
        builder.AddUnloadedModel("shapes", configure: options => options.MaxBatchSize = 0);
        builder.Configure(options => options.DeadlineMargin = TimeSpan.Zero).MapHttp("other");
        await using InferenceFunction function = builder.Build();

        var exception = await Assert.ThrowsAsync<OptionsValidationException>(() => function.RunAsync(Token));

        FakeRuntimeApi.Post post = await api.InitError.Task.WaitAsync(Token);
        Assert.Equal("/2018-06-01/runtime/init/error", post.Path);
        Assert.Equal("OptionsValidationException", post.ErrorType);
        Assert.Contains("MaxBatchSize", exception.Message, StringComparison.Ordinal);
        Assert.Contains("DeadlineMargin", post.Body, StringComparison.Ordinal);
        Assert.Contains("there is no model 'other'. Registered: 'shapes'", post.Body, StringComparison.Ordinal);
        Assert.False(api.FirstNext.Task.IsCompleted);
    }

    [Fact]
    public async Task RunAsync_ModelThatCannotBeLoaded_PostsInitErrorAndThrows()
    {
        var source = new TestModels.TestSource();
        await using var api = new FakeRuntimeApi();
        InferenceFunctionBuilder builder = InferenceFunction.CreateBuilder([], api.Environment());
        builder.AddUnloadedModel("shapes", source);
        await using InferenceFunction function = builder.MapHttp("shapes").Build();
        Task run = function.RunAsync(Token);
        await source.Asked.Task.WaitAsync(Token);

        source.Fail("The folder is empty.");

        await Assert.ThrowsAsync<ModelLoadException>(() => run);
        FakeRuntimeApi.Post post = await api.InitError.Task.WaitAsync(Token);
        Assert.Equal("ModelLoadException", post.ErrorType);
        Assert.Contains("The folder is empty.", post.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RunAsync_Cancelled_FinishesWhatItAnswersAndEnds()
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var entered = new TaskCompletionSource();
        var leave = new TaskCompletionSource();
        await using var api = new FakeRuntimeApi();
        InferenceFunctionBuilder builder = InferenceFunction.CreateBuilder([], api.Environment());
        builder.MapHandler(TestJson.Default.Question, TestJson.Default.Answer, async (_, _, _) =>
        {
            entered.SetResult();
            await leave.Task;
            return new Answer("done");
        });
        await using InferenceFunction function = builder.Build();
        Task run = function.RunAsync(stop.Token);
        Task<FakeRuntimeApi.Post> post = api.SendAsync("""{"Text":"x"}""");
        await entered.Task.WaitAsync(Token);

        await stop.CancelAsync();
        leave.SetResult();

        Assert.Equal("""{"Text":"done","Number":0}""", (await post).Body);
        await run.WaitAsync(TimeSpan.FromSeconds(60), Token);
    }

    [Fact]
    public async Task RunAsync_CancelledWhileWaiting_Ends()
    {
        using var stop = new CancellationTokenSource();
        await using var api = new FakeRuntimeApi();
        await using InferenceFunction function = InferenceFunction.CreateBuilder([], api.Environment()).Build();
        Task run = function.RunAsync(stop.Token);
        await api.FirstNext.Task.WaitAsync(Token);

        await stop.CancelAsync();

        await run.WaitAsync(TimeSpan.FromSeconds(60), Token);
    }

    [Fact]
    public async Task RunAsync_ScopeThatCannotBeDisposed_IsLoggedAndTheAnswerIsSent()
    {
        await using var api = new FakeRuntimeApi();
        InferenceFunctionBuilder builder = InferenceFunction.CreateBuilder([], api.Environment());
        builder.Services.AddScoped<Stubborn>();
        await using var running = Running.Start(builder, (question, context, token) =>
        {
            context.Services.GetRequiredService<Stubborn>();
            return Echo(question, context, token);
        });

        FakeRuntimeApi.Post first = await api.SendAsync("""{"Text":"a"}""");
        FakeRuntimeApi.Post second = await api.SendAsync("""{"Text":"b"}""");

        Assert.Equal("""{"Text":"a","Number":0}""", first.Body);
        Assert.Equal("""{"Text":"b","Number":0}""", second.Body);
        Assert.Contains("request-1", running.Log, StringComparison.Ordinal);
        Assert.Contains("I stay.", running.Log, StringComparison.Ordinal);
    }

    private static ValueTask<Answer> Echo(Question question, InvocationContext context, CancellationToken token) =>
        ValueTask.FromResult(new Answer(question.Text, question.Number));

    private sealed class Stubborn : IDisposable
    {
        public void Dispose() => throw new NotSupportedException("I stay.");
    }
}
