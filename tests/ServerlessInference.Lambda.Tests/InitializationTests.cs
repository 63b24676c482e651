using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using ServerlessInference.Lambda.Invocations;
using ServerlessInference.Lambda.Tests.Runtime;
using ServerlessInference.Models;
using ServerlessInference.Sessions;
using ServerlessInference.Testing;

namespace ServerlessInference.Lambda.Tests;

public sealed class InitializationTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task RunAsync_LoadThatOutlastsTheInitPhase_PollsAndLetsTheFirstRequestWait()
    {
        var clock = new ObservedTimeProvider();
        var source = new TestModels.TestSource();
        await using var api = new FakeRuntimeApi();
        await using Running running = Start(api, clock, source);
        using var release = new Release(source);
        Task<FakeRuntimeApi.Post> post = api.SendAsync(LambdaEvents.HttpApi("POST", "/", new byte[1]));
        await source.Asked.Task.WaitAsync(Token);
        await clock.WaitForTimerAsync(TimeSpan.FromSeconds(9));

        clock.Advance(TimeSpan.FromSeconds(8.9));
        Assert.False(api.FirstNext.Task.IsCompleted);
        clock.Advance(TimeSpan.FromSeconds(0.2));
        await api.FirstNext.Task.WaitAsync(Token);
        Assert.False(post.IsCompleted);
        source.Fail("Gone.");

        // The request tries again itself, and says that the model is not to be had.
        Assert.Contains("\"statusCode\":503", (await post).Body, StringComparison.Ordinal);
        Assert.Contains("not loaded after 9 s", running.Log, StringComparison.Ordinal);
        Assert.False(api.InitError.Task.IsCompleted);
    }

    [Fact]
    public async Task RunAsync_LoadThatOutlastsTheFirstRequest_AnswersIt504()
    {
        var clock = new ObservedTimeProvider();
        var source = new TestModels.TestSource();
        await using var api = new FakeRuntimeApi();
        await using Running running = Start(api, clock, source);
        using var release = new Release(source);
        Task<FakeRuntimeApi.Post> post = api.SendAsync(
            LambdaEvents.HttpApi("POST", "/", new byte[1]), request =>
                request.DeadlineMs = (clock.GetUtcNow() + TimeSpan.FromSeconds(20)).ToUnixTimeMilliseconds());
        await source.Asked.Task.WaitAsync(Token);
        await clock.WaitForTimerAsync(TimeSpan.FromSeconds(9));
        clock.Advance(TimeSpan.FromSeconds(9.1));
        await api.FirstNext.Task.WaitAsync(Token);

        // Of the 20 s there are 10.9 s left when the request arrives; it ends half a second before Lambda would end it.
        await clock.WaitForTimerAsync(TimeSpan.FromSeconds(10.4));
        clock.Advance(TimeSpan.FromSeconds(10.4));

        Assert.Contains("\"statusCode\":504", (await post).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RunAsync_GetWhileTheModelLoads_IsAnsweredAtOnce()
    {
        var clock = new ObservedTimeProvider();
        var source = new TestModels.TestSource();
        await using var api = new FakeRuntimeApi();
        await using Running running = Start(api, clock, source);
        using var release = new Release(source);
        Task<FakeRuntimeApi.Post> get = api.SendAsync(LambdaEvents.HttpApi("GET", "/"));
        await source.Asked.Task.WaitAsync(Token);
        await clock.WaitForTimerAsync(TimeSpan.FromSeconds(9));
        clock.Advance(TimeSpan.FromSeconds(9.1));

        FakeRuntimeApi.Post answer = await get;

        Assert.Contains("\"statusCode\":503", answer.Body, StringComparison.Ordinal);
        Assert.Contains("\"retry-after\":", answer.Body, StringComparison.Ordinal);
        Assert.Contains("loading", answer.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RunAsync_ProvisionedConcurrency_WaitsForTheModels()
    {
        var clock = new ObservedTimeProvider();
        var source = new TestModels.TestSource();
        await using var api = new FakeRuntimeApi();
        InferenceFunctionBuilder builder = InferenceFunction.CreateBuilder([], api.Environment(type: "provisioned-concurrency"));
        builder.LogOutput = () => Stream.Null;
        builder.Services.AddSingleton<TimeProvider>(clock);
        builder.AddUnloadedModel("shapes", source);
        await using InferenceFunction function = builder.MapHttp("shapes").Build();
        Task run = function.RunAsync(Token);
        await source.Asked.Task.WaitAsync(Token);

        clock.Advance(TimeSpan.FromSeconds(60));
        source.Fail("Gone.");

        await Assert.ThrowsAsync<ModelLoadException>(() => run);
        Assert.False(api.FirstNext.Task.IsCompleted);
    }

    [Fact]
    public async Task RunAsync_CancelledWhileLoading_CancelsTheLoad()
    {
        var source = new TestModels.TestSource();
        await using var api = new FakeRuntimeApi();
        using var stop = new CancellationTokenSource();
        InferenceFunctionBuilder builder = InferenceFunction.CreateBuilder([], api.Environment());
        builder.LogOutput = () => Stream.Null;
        builder.AddUnloadedModel("shapes", source);
        InferenceFunction function = builder.MapHttp("shapes").Build();
        Task run = function.RunAsync(stop.Token);
        await source.Asked.Task.WaitAsync(Token);

        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
        await function.DisposeAsync();

        await source.Cancelled.Task.WaitAsync(Token);
        Assert.False(api.InitError.Task.IsCompleted);
    }

    [Fact]
    public async Task InitializeAsync_ValueThatCannotBeConverted_IsReportedWithAllOtherFailures()
    {
        InferenceFunctionBuilder builder = InferenceFunction.CreateBuilder(
            ["--ServerlessInference:Models:shapes:MaxBatchSize=abc", "--ServerlessInference:Function:DeadlineMagrin=1"],
            new LambdaEnvironment());
        builder.LogOutput = () => Stream.Null;
        builder.AddUnloadedModel("shapes", new TestModels.TestSource());
        builder.Configure(options => options.DeadlineMargin = TimeSpan.Zero);
        builder.MapHttp("other").UseCors(_ => { });
        await using InferenceFunction function = builder.Build();

        var exception = await Assert.ThrowsAsync<OptionsValidationException>(() => function.InitializeAsync(Token));

        Assert.Contains("MaxBatchSize", exception.Message, StringComparison.Ordinal);
        Assert.Contains("abc", exception.Message, StringComparison.Ordinal);
        Assert.Contains("DeadlineMargin", exception.Message, StringComparison.Ordinal);
        Assert.Contains("ServerlessInference:Function:DeadlineMagrin is not a setting", exception.Message, StringComparison.Ordinal);
        Assert.Contains("there is no model 'other'", exception.Message, StringComparison.Ordinal);
        Assert.Contains("no origin is allowed", exception.Message, StringComparison.Ordinal);
        Assert.Equal(exception.Failures.Distinct(), exception.Failures);
    }

    [Fact]
    public async Task InitializeAsync_ModelWithoutPreload_IsNotLoaded()
    {
        var source = new TestModels.TestSource();

        await using var function = await InMemoryFunction.StartAsync(
            builder => builder.AddUnloadedModel("shapes", source, options => options.Preload = false), cancellationToken: Token);

        Assert.Equal(0, source.Loads);
    }

    [Theory]
    [InlineData(0, 0, 4)]
    [InlineData(128, 0, 1)]
    [InlineData(1769, 0, 1)]
    [InlineData(3538, 0, 2)]
    [InlineData(10240, 0, 4)]
    [InlineData(10240, 3, 3)]
    public async Task Build_ThreadsOfAllModels_ComeFromTheMemory(int memory, int set, int expected)
    {
        expected = set > 0 ? set : memory == 0 ? Environment.ProcessorCount : Math.Min(expected, Environment.ProcessorCount);
        await using var function = await InMemoryFunction.StartAsync(
            builder =>
            {
                builder.AddUnloadedModel("shapes", configure: options => options.Preload = false);
                builder.Services.Configure<InferenceThreadOptions>(options => options.IntraOp = set);
            },
            environment: new LambdaEnvironment { MemorySize = memory },
            cancellationToken: Token);

        Assert.Equal(expected, function.Services.GetRequiredService<IOptions<InferenceThreadOptions>>().Value.IntraOp);
        Assert.Equal(0, function.Services.GetRequiredService<IOptionsMonitor<ModelOptions>>().Get("shapes").IntraOpThreads);
    }

    [Theory]
    [InlineData(0, 6, 6)]
    [InlineData(128, 2, 1)]
    [InlineData(1769, 2, 1)]
    [InlineData(2600, 2, 1)]
    [InlineData(2700, 2, 2)]
    [InlineData(5307, 3, 3)]
    [InlineData(10240, 6, 6)]
    [InlineData(10240, 2, 2)]
    public void FromMemory_Memory_GivesTheNearestWholeNumberOfCpus(int memory, int processors, int expected) =>
        Assert.Equal(expected, ThreadCount.FromMemory(memory, processors));

    [Fact]
    public void Configure_DeadlineMargin_DefaultAndBounds()
    {
        Assert.Equal(TimeSpan.FromMilliseconds(500), new InferenceFunctionOptions().DeadlineMargin);
        Assert.Empty(Failures(TimeSpan.FromMilliseconds(10)));
        Assert.Empty(Failures(TimeSpan.FromMinutes(1)));
        Assert.Equal(
            ["ServerlessInference:Function: DeadlineMargin is 00:00:00.0090000; it must be between 10 ms and 1 minute."],
            Failures(TimeSpan.FromMilliseconds(9)));
        Assert.Single(Failures(TimeSpan.FromMinutes(1) + TimeSpan.FromTicks(1)));

        static List<string> Failures(TimeSpan margin)
        {
            var failures = new List<string>();
            new InferenceFunctionOptions { DeadlineMargin = margin }.Validate(failures);
            return failures;
        }
    }

    [Fact]
    public async Task Build_ConfigurationFromArguments_IsHeeded()
    {
        InferenceFunctionBuilder builder = InferenceFunction.CreateBuilder(
            ["--ServerlessInference:Function:DeadlineMargin=soon"], new LambdaEnvironment());
        Assert.Equal("soon", builder.Configuration["ServerlessInference:Function:DeadlineMargin"]);

        var exception = await Assert.ThrowsAsync<OptionsValidationException>(
            () => InMemoryFunction.StartAsync(builder, cancellationToken: Token));

        Assert.Contains(
            "DeadlineMargin is 'soon'; a time span such as 00:00:00.5 was expected.", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Build_Twice_Throws()
    {
        InferenceFunctionBuilder builder = InferenceFunction.CreateBuilder([], new LambdaEnvironment());
        builder.Build();

        Assert.Throws<InvalidOperationException>(builder.Build);
    }

    private sealed class Release(TestModels.TestSource source) : IDisposable
    {
        public void Dispose() => source.Fail("The test is over.");
    }

    private static Running Start(FakeRuntimeApi api, ObservedTimeProvider clock, IModelSource source)
    {
        InferenceFunctionBuilder builder = InferenceFunction.CreateBuilder([], api.Environment());
        builder.Services.AddSingleton<TimeProvider>(clock);
        builder.AddUnloadedModel("shapes", source);
        return Running.Start(builder.MapHttp("shapes"));
    }
}
