using System.Text;
using System.Text.Json;
using Amazon.Lambda.Core;
using Amazon.Lambda.Serialization.SystemTextJson;
using Moq;
using ServerlessInference.Lambda;
using ServerlessInference.Lambda.Invocations;
using ServerlessInference.Testing;

namespace ServerlessInference.AmazonLambda.Tests;

public sealed class AmazonLambdaHandlerTests
{
    private static readonly LambdaEnvironment Environment = new() { FunctionName = "test", MemorySize = 1769, LogLevel = "FATAL" };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Handle_Event_AnswersWithTheContextOfAmazon()
    {
        Mock<ILambdaContext> context = TestContexts.Create();
        InvocationContext? seen = null;
        await using AmazonLambdaHandler handler = Create(builder => builder.MapHandler((payload, invocation, _) =>
        {
            seen = invocation;
            Assert.Same(context.Object, invocation.GetLambdaContext());
            return ValueTask.FromResult<ReadOnlyMemory<byte>>(payload.ToArray());
        }));

        Assert.True(await handler.InitializeAsync());
        string answer = await HandleAsync(handler, """{"a":1}""", context.Object);

        Assert.Equal("""{"a":1}""", answer);
        Assert.Equal("request-1", seen!.RequestId);
        Assert.Equal("arn:aws:lambda:eu-central-1:123456789012:function:test", seen.InvokedFunctionArn);
        Assert.InRange(seen.RemainingTime.TotalSeconds, 1, 30);
    }

    [Fact]
    public async Task Handle_ClientContextAndIdentity_ArriveAsJson()
    {
        Mock<ILambdaContext> context = TestContexts.Create();
        context.Setup(it => it.ClientContext).Returns(ClientContext("tenant", "a"));
        context
            .Setup(it => it.Identity)
            .Returns(Mock.Of<ICognitoIdentity>(identity => identity.IdentityId == "me" && identity.IdentityPoolId == "pool"));
        InvocationContext? seen = null;
        await using AmazonLambdaHandler handler = Create(builder => builder.MapHandler((_, invocation, _) =>
        {
            seen = invocation;
            return ValueTask.FromResult<ReadOnlyMemory<byte>>("1"u8.ToArray());
        }));

        await HandleAsync(handler, "{}", context.Object);

        JsonElement client = JsonDocument.Parse(seen!.ClientContext!).RootElement;
        Assert.Equal("a", client.GetProperty("custom").GetProperty("tenant").GetString());
        Assert.Equal("Shop", client.GetProperty("client").GetProperty("app_title").GetString());
        Assert.Equal("""{"cognitoIdentityId":"me","cognitoIdentityPoolId":"pool"}""", seen.CognitoIdentity);
    }

    [Fact]
    public async Task Handle_PluginsMarkInTheClientContext_IsAWarmUp()
    {
        Mock<ILambdaContext> context = TestContexts.Create();
        context.Setup(it => it.ClientContext).Returns(ClientContext("source", "serverless-plugin-warmup"));
        await using AmazonLambdaHandler handler = Create(builder => builder.UseWarmup());

        string answer = await HandleAsync(handler, "{}", context.Object);

        Assert.Contains("\"sender\":\"serverless-plugin-warmup\"", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Handle_EventThatFails_ThrowsWhatTheCallerMayKnow()
    {
        await using AmazonLambdaHandler handler = Create(
            builder => builder.MapHandler((_, _, _) => throw new InvalidOperationException("a secret")));

        var exception = await Assert.ThrowsAsync<InvocationFailedException>(() => HandleAsync(handler, "{}", TestContexts.Create().Object));

        Assert.Equal("InvalidOperationException: The function failed. Request request-1 in its log says why.", exception.Message);
        Assert.Equal("InvalidOperationException", exception.Error?.Type);
        Assert.Null(exception.InnerException);
    }

    [Fact]
    public async Task Handle_Deadline_IsAnsweredBeforeItsEnd()
    {
        await using AmazonLambdaHandler handler = Create(builder => builder.MapHandler(async (_, _, token) =>
        {
            await Task.Delay(Timeout.Infinite, token);
            return default;
        }));

        var exception = await Assert.ThrowsAsync<InvocationFailedException>(
            () => HandleAsync(handler, "{}", TestContexts.Create(TimeSpan.FromMilliseconds(400)).Object));

        Assert.Equal("Function.DeadlineExceeded", exception.Error?.Type);
    }

    [Fact]
    public async Task MapHandler_AmazonsSerializer_ReadsAndWrites()
    {
        var serializer = new SourceGeneratorLambdaJsonSerializer<TestJson>();
        await using AmazonLambdaHandler handler = Create(builder => builder.MapHandler<Question, Answer>(
            serializer, (question, context, _) => Task.FromResult(new Answer(question.Text + question.Number, context.AwsRequestId))));

        string answer = await HandleAsync(handler, """{"Text":"x","Number":3}""", TestContexts.Create().Object);
        var exception = await Assert.ThrowsAsync<InvocationFailedException>(
            () => HandleAsync(handler, """{"Text":"secret","Number":"many"}""", TestContexts.Create().Object));

        Assert.Equal("""{"Text":"x3","RequestId":"request-1"}""", answer);
        Assert.Equal("InvalidInputException", exception.Error?.Type);
        Assert.DoesNotContain("secret", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task MapHandler_InTheLibrarysHost_PassesASyntheticContext()
    {
        var serializer = new SourceGeneratorLambdaJsonSerializer<TestJson>();
        await using var function = await InMemoryFunction.StartAsync(
            builder => builder.MapHandler<Question, Answer>(
                serializer, (question, context, _) =>
                    Task.FromResult(new Answer(context.RemainingTime > TimeSpan.Zero ? "in time" : "late", context.AwsRequestId))),
            environment: Environment,
            cancellationToken: Token);

        InvocationResult result = await function.InvokeAsync("""{"Text":"x"}""", Token);

        Assert.Equal("""{"Text":"in time","RequestId":"request-1"}""", result.Text);
    }

    [Fact]
    public async Task Initialize_WrongSettings_Throws()
    {
        await using AmazonLambdaHandler handler = Create(builder => builder.MapHttp("nothing"));

        await Assert.ThrowsAsync<Microsoft.Extensions.Options.OptionsValidationException>(handler.InitializeAsync);
    }

    [Fact]
    public async Task ClassLibraryFunction_Handler_AnswersLikeTheFunction()
    {
        await using var function = new EchoLibrary();
        using var input = new MemoryStream("{\"x\":1}"u8.ToArray());

        using Stream answer = await function.FunctionHandlerAsync(input, TestContexts.Create().Object);

        Assert.Equal("{\"x\":1}", await new StreamReader(answer).ReadToEndAsync(Token));
    }

    private static IClientContext ClientContext(string key, string value)
    {
        var custom = new Dictionary<string, string> { [key] = value };
        var environment = new Dictionary<string, string> { ["locale"] = "de" };
        return Mock.Of<IClientContext>(client =>
            client.Custom == custom && client.Environment == environment && client.Client == Mock.Of<IClientApplication>(
                app => app.AppTitle == "Shop"));
    }

    private static AmazonLambdaHandler Create(Action<InferenceFunctionBuilder> configure)
    {
        InferenceFunctionBuilder builder = InferenceFunction.CreateBuilder([], Environment);
        configure(builder);
        return new AmazonLambdaHandler(builder.Build());
    }

    private static async Task<string> HandleAsync(AmazonLambdaHandler handler, string payload, ILambdaContext context)
    {
        using var input = new MemoryStream(Encoding.UTF8.GetBytes(payload));
        using Stream answer = await handler.HandleAsync(input, context);
        return await new StreamReader(answer).ReadToEndAsync(Token);
    }

    private sealed class EchoLibrary : ClassLibraryFunction
    {
        protected override void Configure(InferenceFunctionBuilder builder) =>
            builder.MapHandler((payload, _, _) => ValueTask.FromResult<ReadOnlyMemory<byte>>(payload.ToArray()));
    }
}
