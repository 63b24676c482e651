using Microsoft.Extensions.DependencyInjection;
using ServerlessInference.Lambda.Invocations;
using ServerlessInference.Testing;

namespace ServerlessInference.Lambda.Tests.Events;

public sealed class MapHandlerTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Invoke_JsonInput_IsAnsweredAsJson()
    {
        await using var function = await StartAsync(
            (question, _, _) => ValueTask.FromResult(new Answer(question.Text + "!", question.Number + 1)));

        InvocationResult result = await function.InvokeAsync("""{"Text":"hi","Number":1}""", Token);

        Assert.Null(result.Error);
        Assert.Equal(new Answer("hi!", 2), result.Read(TestJson.Default.Answer));
        Assert.Equal("application/json", result.Response.ContentType);
    }

    [Theory]
    [InlineData("")]
    [InlineData("no JSON")]
    [InlineData("""{"Text":""")]
    [InlineData("""{"Text":{"secret":1}}""")]
    public async Task Invoke_MalformedEvent_FailsWithoutQuotingIt(string payload)
    {
        await using var function = await StartAsync((_, _, _) => ValueTask.FromResult(new Answer("never")));

        InvocationResult result = await function.InvokeAsync(payload, Token);

        Assert.Equal("InvalidInputException", result.Error?.Type);
        Assert.DoesNotContain("secret", result.Text, StringComparison.Ordinal);
        Assert.Equal(result.Error!.Message, result.ReadJson().GetProperty("errorMessage").GetString());
    }

    [Fact]
    public async Task Invoke_InvalidInput_ReturnsTheMessage()
    {
        await using var function = await StartAsync((_, _, _) => throw new InvalidInputException("Too long: 5 words."));

        InvocationResult result = await function.InvokeAsync("""{"Text":"x"}""", Token);

        Assert.Equal(new FunctionError("InvalidInputException", "Too long: 5 words."), result.Error);
    }

    [Fact]
    public async Task Invoke_DeadlineReached_FailsBeforeLambdaWould()
    {
        var clock = new FakeTimeProvider();
        await using var function = await StartAsync(
            async (_, _, token) =>
            {
                await Task.Delay(Timeout.Infinite, token);
                return new Answer("never");
            },
            clock);
        function.Timeout = TimeSpan.FromSeconds(1);
        Task<InvocationResult> invocation = function.InvokeAsync("""{"Text":"x"}""", Token);

        // A quarter of one second is less than the usual margin.
        clock.Advance(TimeSpan.FromSeconds(0.74));
        Assert.False(invocation.IsCompleted);
        clock.Advance(TimeSpan.FromSeconds(0.01));

        Assert.Equal("Function.DeadlineExceeded", (await invocation).Error?.Type);
    }

    [Fact]
    public async Task Invoke_CallerCancels_Throws()
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        await using var function = await StartAsync(async (_, _, token) =>
        {
            await Task.Delay(Timeout.Infinite, token);
            return new Answer("never");
        });
        Task<InvocationResult> invocation = function.InvokeAsync("""{"Text":"x"}""", stop.Token);

        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => invocation);
    }

    [Fact]
    public async Task Invoke_Services_AreOfTheInvocationsScope()
    {
        var seen = new List<Counter>();
        await using var function = await InMemoryFunction.StartAsync(builder =>
        {
            builder.Services.AddScoped<Counter>();
            builder.MapHandler(TestJson.Default.Question, TestJson.Default.Answer, (
                Counter counter, Question _, InvocationContext context, CancellationToken _) =>
            {
                Assert.Same(counter, context.Services.GetRequiredService<Counter>());
                Assert.False(counter.Disposed);
                seen.Add(counter);
                return ValueTask.FromResult(new Answer("ok"));
            });
        }, cancellationToken: Token);

        await function.InvokeAsync("""{"Text":"x"}""", Token);
        await function.InvokeAsync("""{"Text":"x"}""", Token);

        Assert.Equal(2, seen.Count);
        Assert.NotSame(seen[0], seen[1]);
        Assert.All(seen, counter => Assert.True(counter.Disposed));
    }

    [Fact]
    public async Task Invoke_KeyedPipeline_IsGivenToTheHandler()
    {
        await using var function = await InMemoryFunction.StartAsync(builder =>
        {
            builder.AddFakeModel("shapes");
            builder.MapHandler(
                TestJson.Default.Question,
                TestJson.Default.Answer,
                async (
                    IInferencePipeline<ReadOnlyMemory<byte>, Answer> pipeline,
                    Question question,
                    InvocationContext _,
                    CancellationToken token) =>
                    (await pipeline.RunAsync(new byte[question.Number], token)).Value,
                serviceKey: "shapes");
        }, cancellationToken: Token);

        InvocationResult result = await function.InvokeAsync("""{"Text":"x","Number":3}""", Token);

        Assert.Equal(new Answer("shapes saw 3 bytes", 3), result.Read(TestJson.Default.Answer));
    }

    [Fact]
    public async Task Invoke_EventThatNothingHandles_SaysWhatItIsAndWhatIsMapped()
    {
        await using var function = await InMemoryFunction.StartAsync(builder =>
        {
            builder.LogOutput = () => Stream.Null;
            builder.AddFakeModel("shapes");
            builder.MapHttp("shapes");
        }, cancellationToken: Token);

        InvocationResult direct = await function.InvokeAsync("""{"Text":"x"}""", Token);
        InvocationResult queue = await function.InvokeAsync(
            """{"Records":[{"messageId":"1","body":"x","eventSource":"aws:sqs"}]}""", Token);

        Assert.Contains("a direct call", direct.Error?.Message, StringComparison.Ordinal);
        Assert.Contains("SQS messages", queue.Error?.Message, StringComparison.Ordinal);
        Assert.Contains("HTTP '/' (model 'shapes')", queue.Error?.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void MapHandler_Twice_Throws()
    {
        InferenceFunctionBuilder builder = InferenceFunction.CreateBuilder([], new LambdaEnvironment());
        builder.MapHandler(TestJson.Default.Question, TestJson.Default.Answer, (_, _, _) => ValueTask.FromResult(new Answer("a")));

        var exception = Assert.Throws<InvalidOperationException>(() =>
            builder.MapHandler(TestJson.Default.Question, TestJson.Default.Answer, (_, _, _) => ValueTask.FromResult(new Answer("b"))));

        Assert.Contains("a handler of Question", exception.Message, StringComparison.Ordinal);
    }

    private static Task<InMemoryFunction> StartAsync(
        Func<Question, InvocationContext, CancellationToken, ValueTask<Answer>> handler, TimeProvider? time = null) =>
        InMemoryFunction.StartAsync(builder =>
        {
            builder.LogOutput = () => Stream.Null;
            builder.MapHandler(TestJson.Default.Question, TestJson.Default.Answer, handler);
        }, time, cancellationToken: Token);

    private sealed class Counter : IDisposable
    {
        public bool Disposed { get; private set; }

        public void Dispose() => Disposed = true;
    }
}
