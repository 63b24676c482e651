using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Moq;
using ServerlessInference.Lambda.Invocations;
using ServerlessInference.Lambda.Warmup;
using ServerlessInference.Models;
using ServerlessInference.Sessions;
using ServerlessInference.Testing;

namespace ServerlessInference.Lambda.Tests.Warmup;

public sealed class WarmupTests
{
    private readonly Mock<IModelRegistry> _registry = new();
    private readonly FakeTimeProvider _clock = new();
    private int _handled;

    public WarmupTests()
    {
        _registry.Setup(registry => registry.Names).Returns(["shapes", "digits"]);
        _registry.Setup(registry => registry.PreloadAsync(It.IsAny<CancellationToken>())).Returns(Task.CompletedTask);
        _registry.Setup(registry => registry.WarmUpAsync(It.IsAny<string>(), It.IsAny<CancellationToken>()))
            .Returns((string name, CancellationToken _) => ValueTask.FromResult(new ModelIdentity(name, "3", "layer:" + name)));
        _registry.Setup(registry => registry.GetStatus(It.IsAny<string>())).Returns(new ModelStatus(ModelState.Ready, null, null));
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

    [Theory]
    [InlineData("""{"warmer":true,"concurrency":3}""", 3, "3 environments are wanted, but this function calls neither itself")]
    [InlineData("""{"warmer":"true","concurrency":"3"}""", 3, "3 environments are wanted")]
    [InlineData("""[{"warmer":true,"concurrency":2},{"warmer":true,"target":"other"}]""", 2, "2 environments are wanted, and another")]
    [InlineData("""[{"warmer":true,"target":"other","concurrency":5}]""", 1, "One environment is wanted, and another function")]
    public async Task Invoke_LambdaWarmerThatWantsMore_SaysThatThisFunctionDoesNotCallItself(string payload, int wanted, string expected)
    {
        await using var function = await StartAsync(builder => builder.UseWarmup(options =>
        {
            options.LambdaWarmer = true;
            options.ConcurrencyWait = TimeSpan.Zero;
        }));

        System.Text.Json.JsonElement answer = (await function.InvokeAsync(payload, Token)).ReadJson();

        Assert.Equal(wanted, answer.GetProperty("wanted").GetInt32());
        Assert.Contains(expected, answer.GetProperty("note").GetString(), StringComparison.Ordinal);
        Assert.Equal(0, _handled);
    }

    [Theory]
    [InlineData("""{"warmer":true,"__WARMER_INVOCATION__":2,"__WARMER_CONCURRENCY__":3}""")]
    [InlineData("""{"warmer":true,"__WARMER_INVOCATION__":2,"__WARMER_CONCURRENCY__":"3"}""")]
    public async Task Invoke_CallOfLambdaWarmersFanOut_IsHeldAndAnsweredWithoutANote(string payload)
    {
        await using var function = await StartAsync(builder => builder.UseWarmup());
        Task<InvocationResult> invocation = function.InvokeAsync(payload, Token);

        _clock.Advance(TimeSpan.FromMilliseconds(74));
        Assert.False(invocation.IsCompleted);
        _clock.Advance(TimeSpan.FromMilliseconds(1));

        Assert.False((await invocation).ReadJson().TryGetProperty("note", out _));
    }

    [Theory]
    [InlineData("""[{"warmer":true},{"Text":"x"}]""")]
    [InlineData("""[{"warmer":true},5]""")]
    [InlineData("[]")]
    public async Task Invoke_ListsOfSomethingElse_ReachTheHandler(string payload)
    {
        int handled = 0;
        await using var function = await InMemoryFunction.StartAsync(
            builder => builder.UseWarmup().MapHandler((_, _, _) =>
            {
                handled++;
                return ValueTask.FromResult<ReadOnlyMemory<byte>>("1"u8.ToArray());
            }),
            cancellationToken: Token);

        await function.InvokeAsync(payload, Token);

        Assert.Equal(1, handled);
    }

    [Fact]
    public async Task Invoke_ScheduleWhoseDetailNamesAModel_WarmsThatOne()
    {
        await using var function = await StartAsync();

        await function.InvokeAsync(LambdaEvents.EventBridge("aws.events", "Scheduled Event", """{"model":"digits"}"""), Token);
        InvocationResult foreign = await function.InvokeAsync(
            LambdaEvents.EventBridge("aws.events", "Scheduled Event", """{"bucket":"models","path":"v2/"}"""), Token);

        _registry.Verify(registry => registry.WarmUpAsync("digits", It.IsAny<CancellationToken>()), Times.Once);
        _registry.Verify(registry => registry.WarmUpAsync("shapes", It.IsAny<CancellationToken>()), Times.Never);
        Assert.Contains("a model location that the function does not allow", foreign.Error?.Message, StringComparison.Ordinal);
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

    [Theory]
    [InlineData("""{"custom":{"source":"serverless-plugin-warmup"}}""", true)]
    [InlineData("""{"source":"serverless-plugin-warmup"}""", true)]
    [InlineData("""{"custom":{"source":"me","note":"serverless-plugin-warmup"}}""", false)]
    [InlineData("serverless-plugin-warmup", false)]
    public async Task Invoke_PluginsMarkInTheClientContext_IsRecognised(string clientContext, bool warmup)
    {
        await using var function = await StartAsync(builder => builder.UseWarmup());

        InvocationResult result = await function.InvokeAsync(
            """{"Text":"x"}"""u8.ToArray(), new InvocationContext { RequestId = "r", ClientContext = clientContext }, Token);

        Assert.Null(result.Error);
        Assert.Equal(warmup ? 0 : 1, _handled);
    }

    [Fact]
    public async Task Invoke_Answer_SaysWhetherItWasWarm()
    {
        ModelState state = ModelState.NotLoaded;
        _registry.Setup(registry => registry.GetStatus(It.IsAny<string>())).Returns(() => new ModelStatus(state, null, null));
        await using var function = await StartAsync();

        bool first = await WasWarmAsync(function);
        bool second = await WasWarmAsync(function);
        state = ModelState.Ready;
        bool third = await WasWarmAsync(function);

        Assert.Equal([false, false, true], [first, second, third]);
    }

    [Theory]
    [InlineData("""{"bucket":"models","path":"resnet50/2/"}""", true)]
    [InlineData("""{"bucket":"models","key":"resnet50/2/model.onnx"}""", true)]
    [InlineData("""{"model":"s3://models/resnet50/2/"}""", true)]
    [InlineData("""{"detail":{"bucket":"models","path":"resnet50/2/"},"source":"aws.events","detail-type":"Scheduled Event"}""", true)]
    [InlineData("""{"source":"aws.events","detail-type":"Scheduled Event","detail":{"model":"s3://models/resnet50/2/"}}""", true)]
    [InlineData("""{"source":"my.shop","detail-type":"Upload","detail":{"bucket":"models","path":"resnet50/2/"}}""", false)]
    [InlineData("""{"bucket":"models","path":"yolo/"}""", false)]
    [InlineData("""{"bucket":"models","path":"resnet50/../yolo/"}""", false)]
    [InlineData("""{"bucket":"models","path":"resnet50/%2e%2e/yolo/"}""", false)]
    [InlineData("""{"bucket":"models-of-others","path":"resnet50/"}""", false)]
    [InlineData("""{"bucket":"models"}""", false)]
    public async Task Invoke_BucketAndPath_AreAWarmUpWithinTheAllowedLocations(string payload, bool warmup)
    {
        var source = new Mock<IModelSource>();
        source.Setup(it => it.LoadAsync(It.IsAny<CancellationToken>()))
            .Returns(() => ValueTask.FromResult(new ModelArtifact("s3:", "etag-2", [ModelFile.InMemory("model.onnx", new byte[1])])));
        var factory = new Mock<IModelSourceFactory>();
        factory.Setup(it => it.Scheme).Returns("s3");
        factory.Setup(it => it.Create(It.IsAny<string>())).Returns(source.Object);
        await using var function = await StartAsync(builder =>
        {
            builder.Services.AddSingleton(factory.Object);
            builder.UseWarmup(options => options.ModelLocations.Add("s3://models/resnet50/"));
        });

        InvocationResult result = await function.InvokeAsync(payload, Token);

        Assert.Equal(warmup ? 0 : 1, _handled);
        if (warmup)
        {
            Assert.Equal("etag-2", result.ReadJson().GetProperty("stored").GetProperty("version").GetString());
            Assert.StartsWith(
                "s3://models/resnet50/2/",
                result.ReadJson().GetProperty("stored").GetProperty("location").GetString(),
                StringComparison.Ordinal);
        }

        factory.Verify(it => it.Create(It.IsAny<string>()), warmup ? Times.Once : Times.Never);
    }

    [Fact]
    public async Task Invoke_LocationOfTheServedModel_WarmsThatModelAndFetchesNothing()
    {
        _registry
            .Setup(registry => registry.GetStatus("digits"))
            .Returns(new ModelStatus(ModelState.Ready, new ModelIdentity("digits", "3", "layer:digits"), null));
        _registry
            .Setup(registry => registry.GetStatus("shapes"))
            .Returns(new ModelStatus(ModelState.Ready, new ModelIdentity("shapes", "3", "layer:shapes"), null));
        _registry
            .Setup(registry => registry.WarmUpAsync("digits", It.IsAny<CancellationToken>()))
            .Returns(() => ValueTask.FromResult(new ModelIdentity("digits", "3", "s3://models/digits/")));
        _registry
            .Setup(registry => registry.GetStatus("digits"))
            .Returns(new ModelStatus(ModelState.Ready, new ModelIdentity("digits", "3", "s3://models/digits/"), null));
        await using var function = await StartAsync(builder => builder.UseWarmup(options => options.ModelLocations.Add("s3://models/")));

        InvocationResult result = await function.InvokeAsync("""{"bucket":"models","path":"digits"}""", Token);

        Assert.Equal("digits", Assert.Single(result.ReadJson().GetProperty("models").EnumerateArray()).GetProperty("name").GetString());
        Assert.False(result.ReadJson().TryGetProperty("stored", out _));
        _registry.Verify(registry => registry.WarmUpAsync("shapes", It.IsAny<CancellationToken>()), Times.Never);
    }

    [Fact]
    public async Task Invoke_ScheduleWithALocationThatIsNotAllowed_IsRefused()
    {
        await using var function = await StartAsync(builder => builder.UseWarmup(options => options.ModelLocations.Add("s3://models/")));

        InvocationResult result = await function.InvokeAsync(
            """{"source":"aws.events","detail-type":"Scheduled Event","bucket":"elsewhere","path":"x"}""", Token);

        Assert.Contains("Allowed: s3://models/", result.Error?.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("elsewhere", result.Error?.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Invoke_DetailWithALocationThatIsNotAllowed_IsRefused()
    {
        await using var function = await StartAsync(builder => builder.UseWarmup(options => options.ModelLocations.Add("s3://models/")));

        InvocationResult result = await function.InvokeAsync(
            """{"source":"aws.events","detail-type":"Scheduled Event","detail":{"bucket":"elsewhere","path":"x"}}""", Token);

        Assert.Contains("Allowed: s3://models/", result.Error?.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task UseWarmup_LocationInS3_RegistersTheScheme()
    {
        IEnumerable<string> schemes = [];
        await using var function = await StartAsync(builder =>
        {
            builder.UseWarmup(options => options.ModelLocations.Add("s3://models/"));
            using ServiceProvider services = builder.Services.BuildServiceProvider();
            schemes = [.. services.GetServices<IModelSourceFactory>().Select(factory => factory.Scheme)];
        });

        Assert.Equal(["s3"], schemes);
    }

    [Fact]
    public async Task MapScheduledEvents_ScheduledEvent_ReachesItsHandlerAndOthersDoNot()
    {
        int scheduled = 0;
        await using var function = await StartAsync(builder => builder.MapScheduledEvents(
            TestJson.Default.JsonElement, TestJson.Default.String, (@event, _, _) =>
            {
                scheduled++;
                return ValueTask.FromResult(@event.GetProperty("source").GetString()!);
            }));

        InvocationResult rule = await function.InvokeAsync(LambdaEvents.ScheduledRule(), Token);
        await function.InvokeAsync("""{"source":"my.app","detail-type":"Order","Text":"x"}""", Token);

        Assert.Equal("\"aws.events\"", rule.Text);
        Assert.Equal(1, scheduled);
        Assert.Equal(1, _handled);
    }

    [Fact]
    public async Task UseWarmup_LocationThatIsNotAUri_IsReported()
    {
        var exception = await Assert.ThrowsAsync<Microsoft.Extensions.Options.OptionsValidationException>(
            () => StartAsync(builder => builder.UseWarmup(options => options.ModelLocations.Add("models/resnet50"))));

        Assert.Contains("the model location 'models/resnet50' is not a URI", exception.Message, StringComparison.Ordinal);
    }

    private static async Task<bool> WasWarmAsync(InMemoryFunction function) =>
        (await function.InvokeAsync(LambdaEvents.ScheduledRule(), Token)).ReadJson().GetProperty("wasWarm").GetBoolean();

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
