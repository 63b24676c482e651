using Moq;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using ServerlessInference.Testing;
using ServerlessInference.Warmup;

namespace ServerlessInference.Lambda.Tests.Warmup;

public sealed class WarmupTests
{
    private readonly Mock<IModelRegistry> _registry = new();
    private readonly ManualTimeProvider _clock = new();
    private int _handled;

    public WarmupTests()
    {
        _registry.Setup(registry => registry.Names).Returns(["shapes", "digits"]);
        _registry.Setup(registry => registry.PreloadAsync(It.IsAny<CancellationToken>())).Returns(Task.CompletedTask);
        _registry.Setup(registry => registry.WarmUpAsync(It.IsAny<string>(), It.IsAny<CancellationToken>()))
            .Returns((string name, CancellationToken _) => ValueTask.FromResult(new ModelIdentity(name, "3", "layer:" + name)));
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<string> Scheduled => new(LambdaEvents.ScheduledRule(), LambdaEvents.Schedule());

    public static TheoryData<string> Others => new(
        """{"source":"serverless-plugin-warmup"}""",
        """{"warmer":true,"concurrency":1}""",
        """{"ping":true}""",
        """{"warmup":true}""");

    [Theory]
    [MemberData(nameof(Scheduled))]
    public async Task Invoke_ScheduledEvent_WarmsAllModelsAndNotTheHandler(string payload)
    {
        await using var function = await StartAsync();
        _clock.Advance(TimeSpan.FromSeconds(2));

        InvocationResult result = await function.InvokeAsync(payload, Token);

        System.Text.Json.JsonElement answer = result.ReadJson();
        Assert.True(answer.GetProperty("warmup").GetBoolean());
        Assert.Equal(
            """[{"name":"shapes","version":"3","source":"layer:shapes"},{"name":"digits","version":"3","source":"layer:digits"}]""",
            answer.GetProperty("models").GetRawText());
        Assert.True(answer.TryGetProperty("environmentAgeMs", out _));
        Assert.Equal(0, _handled);
    }

    [Fact]
    public async Task Invoke_EventThatNamesAModel_WarmsThatOne()
    {
        await using var function = await StartAsync();

        await function.InvokeAsync(LambdaEvents.ScheduledRule("digits"), Token);

        _registry.Verify(registry => registry.WarmUpAsync("digits", It.IsAny<CancellationToken>()), Times.Once);
        _registry.Verify(registry => registry.WarmUpAsync("shapes", It.IsAny<CancellationToken>()), Times.Never);
    }

    [Fact]
    public async Task Invoke_EventThatNamesAnUnknownModel_ListsTheRegistered()
    {
        await using var function = await StartAsync();

        InvocationResult result = await function.InvokeAsync(LambdaEvents.ScheduledRule("cats"), Token);

        Assert.Contains("Registered: shapes, digits.", result.Error?.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Others))]
    public async Task Invoke_OtherSenders_NeedUseWarmup(string payload)
    {
        await using (var without = await StartAsync())
        {
            await without.InvokeAsync(payload, Token);
            Assert.Equal(1, _handled);
        }

        await using var with = await StartAsync(builder => builder.UseWarmup());
        InvocationResult result = await with.InvokeAsync(payload, Token);

        Assert.True(result.ReadJson().GetProperty("warmup").GetBoolean());
        Assert.Equal(1, _handled);
    }

    [Theory]
    [InlineData("""{"warmer":false}""")]
    [InlineData("""{"ping":"true"}""")]
    [InlineData("""{"source":"me","Text":"x"}""")]
    [InlineData("""{"detail":{"ping":true},"Text":"x"}""")]
    public async Task Invoke_EventsThatOnlyLookLikeIt_ReachTheHandler(string payload)
    {
        await using var function = await StartAsync(builder => builder.UseWarmup());

        await function.InvokeAsync(payload, Token);

        Assert.Equal(1, _handled);
    }

    [Fact]
    public async Task Invoke_ScheduledEventTurnedOff_ReachesTheHandler()
    {
        await using var function = await StartAsync(builder => builder.UseWarmup(options => options.ScheduledEvents = false));

        await function.InvokeAsync(LambdaEvents.ScheduledRule(), Token);

        Assert.Equal(1, _handled);
    }

    [Fact]
    public async Task Invoke_SeveralEnvironmentsWanted_StaysBusyForAWhile()
    {
        await using var function = await StartAsync(builder => builder.UseWarmup());
        Task<InvocationResult> invocation = function.InvokeAsync("""{"warmer":true,"concurrency":3}""", Token);

        _clock.Advance(TimeSpan.FromMilliseconds(74));
        Assert.False(invocation.IsCompleted);
        _clock.Advance(TimeSpan.FromMilliseconds(1));

        Assert.Null((await invocation).Error);
    }

    [Fact]
    public async Task Invoke_DetectorOfTheApplication_Decides()
    {
        await using var function = await StartAsync(builder => builder.UseWarmup(new EndsWithWarm()));

        InvocationResult result = await function.InvokeAsync("\"please warm\"", Token);

        Assert.True(result.ReadJson().GetProperty("warmup").GetBoolean());
    }

    [Fact]
    public async Task Invoke_HttpRequest_IsNotLookedInto()
    {
        var detector = new Mock<IWarmupDetector>(MockBehavior.Strict);
        await using var function = await StartAsync(builder => builder.UseWarmup(detector.Object));

        await function.InvokeAsync(LambdaEvents.HttpApiText("POST", "/", """{"ping":true}"""), Token);

        Assert.Equal(1, _handled);
    }

    private Task<InMemoryFunction> StartAsync(Action<InferenceFunctionBuilder>? configure = null) => InMemoryFunction.StartAsync(builder =>
    {
        builder.LogOutput = () => Stream.Null;
        builder.Services.Replace(ServiceDescriptor.Singleton(_registry.Object));
        builder.MapHandler(TestJson.Default.Question, TestJson.Default.Answer, (_, _, _) =>
        {
            _handled++;
            return ValueTask.FromResult(new Answer("handled"));
        });
        configure?.Invoke(builder);
    }, _clock, cancellationToken: Token);

    private sealed class EndsWithWarm : IWarmupDetector
    {
        public bool TryDetect(ReadOnlySpan<byte> payload, out WarmupRequest request)
        {
            request = new WarmupRequest("test");
            return payload.EndsWith("warm\""u8);
        }
    }
}
