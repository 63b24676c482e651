using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using ServerlessInference.Models;
using ServerlessInference.Sessions;
using ServerlessInference.Tensors;
using ServerlessInference.Tests.Support;

namespace ServerlessInference.Tests.Sessions;

public sealed class ReplacementTests : IDisposable
{
    private readonly VersionedSource _source = new();
    private readonly CapturingLoggerProvider _log = new();

    public void Dispose() => _log.Dispose();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private ServiceProvider Build(Action<ModelOptions>? configure = null, TimeProvider? time = null, long? freeMemory = null)
    {
        ServiceCollection services = TestModels.Services("m", _source, model => model.Configure(options =>
        {
            options.CheckJitter = 0;
            configure?.Invoke(options);
        }));
        services.AddSingleton<ILoggerFactory>(_log);
        if (time is not null)
        {
            services.Replace(ServiceDescriptor.Singleton(time));
        }

        if (freeMemory is { } free)
        {
            services.Replace(ServiceDescriptor.Singleton<ProcessMemory>(new FixedMemory(free)));
        }

        return services.BuildServiceProvider();
    }

    private static async Task<(string Version, float Answer)> AskAsync(IServiceProvider services)
    {
        InferenceResult<NamedValues> result = await services.Named("m").RunAsync(new NamedValues { ["x"] = TensorValue.Create([10f], 1, 1) }, Token);
        return (result.Model.Version, result.Value.Tensor("y").Elements<float>()[0]);
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        while (!condition())
        {
            await Task.Delay(1, Token);
        }
    }

    [Fact]
    public async Task RefreshAsync_NewVersion_TakesOverWhileALeaseKeepsTheOld()
    {
        await using ServiceProvider services = Build();
        ModelLease old = await services.Registry().AcquireAsync("m", Token);
        Assert.Equal(("v1", 11f), await AskAsync(services));

        _source.Current = 2;
        Assert.True(await services.Registry().RefreshAsync("m", Token));

        Assert.Equal(("v2", 12f), await AskAsync(services));
        Assert.Equal("v1", old.Model.Identity.Version);
        Assert.False(_source.Owners["v1"].IsDisposed);
        LoadedModel model = old.Model;
        old.Dispose();
        await model.Freed.WaitAsync(Token);
        Assert.Equal(1, _source.Owners["v1"].Count);
        Assert.Contains(_log.Records, record => record.Id == 3 && record.Text == "Replaced model m v1 by v2 from memory:versions, loaded beside it");
    }

    [Fact]
    public async Task RefreshAsync_SameVersionOrNotLoaded_LoadsNothing()
    {
        await using ServiceProvider services = Build();
        Assert.False(await services.Registry().RefreshAsync("m", Token));
        Assert.Equal(0, _source.Loads);
        (await services.Registry().AcquireAsync("m", Token)).Dispose();

        Assert.False(await services.Registry().RefreshAsync("m", Token));

        Assert.Equal(1, _source.Loads);
    }

    [Theory]
    [InlineData(ModelReplacement.Beside)]
    [InlineData(ModelReplacement.AfterRelease)]
    public async Task RefreshAsync_NewVersionIsBroken_KeepsTheOldAndSaysWhy(ModelReplacement how)
    {
        await using ServiceProvider services = Build(options => options.Replacement = how);
        await AskAsync(services);
        _source.Current = 2;
        _source.Content = [1, 2, 3];

        ModelLoadException error = await Assert.ThrowsAsync<ModelLoadException>(async () => await services.Registry().RefreshAsync("m", Token));

        Assert.Contains("are no ONNX model", error.Message, StringComparison.Ordinal);
        ModelStatus status = services.Registry().GetStatus("m");
        Assert.Equal((ModelState.Ready, "v1"), (status.State, status.Model!.Version));
        Assert.Same(error, status.Error);
        Assert.Equal(("v1", 11f), await AskAsync(services));
        Assert.Equal((0, 1), (_source.Owners["v1"].Count, _source.Owners["v2"].Count));
        Assert.Contains(_log.Records, record => record.Id == 4 && record.Level == LogLevel.Warning);

        _source.Content = null;
        Assert.True(await services.Registry().RefreshAsync("m", Token));
        Assert.Equal(("v2", 12f), await AskAsync(services));
        Assert.Null(services.Registry().GetStatus("m").Error);
    }

    [Fact]
    public async Task RefreshAsync_NewVersionHasAnotherInput_FailsToWarmOnlyWhereThePipelineDoesNotFit()
    {
        await using ServiceProvider services = Build();
        await AskAsync(services);
        _source.Current = 2;
        _source.Content = TinyModels.Loop();

        // A synthetic zero suits it: named values take any model.
        Assert.True(await services.Registry().RefreshAsync("m", Token));

        Assert.Equal("v2", services.Registry().GetStatus("m").Model!.Version);
    }

    [Fact]
    public async Task RefreshAsync_AfterRelease_WaitsForTheLastLeaseAndLetsCallersWait()
    {
        await using ServiceProvider services = Build(options => options.Replacement = ModelReplacement.AfterRelease);
        ModelLease old = await services.Registry().AcquireAsync("m", Token);
        _source.Current = 2;
        Task<bool> refresh = services.Registry().RefreshAsync("m", Token).AsTask();
        await UntilAsync(() => services.Registry().GetStatus("m").State == ModelState.Loading);
        Task<ModelLease>[] callers = [.. Enumerable.Range(0, 20).Select(_ => services.Registry().AcquireAsync("m", Token).AsTask())];
        using var impatient = new CancellationTokenSource();
        Task<ModelLease> gone = services.Registry().AcquireAsync("m", impatient.Token).AsTask();
        await impatient.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => gone);
        Assert.DoesNotContain(callers, caller => caller.IsCompleted);

        old.Dispose();

        Assert.True(await refresh);
        foreach (ModelLease lease in await Task.WhenAll(callers))
        {
            Assert.Equal("v2", lease.Model.Identity.Version);
            lease.Dispose();
        }

        Assert.Equal(1, _source.Owners["v1"].Count);
        Assert.Contains(_log.Records, record => record.Id == 3 && record.Text.EndsWith("loaded after it", StringComparison.Ordinal));
    }

    [Fact]
    public async Task RefreshAsync_AfterReleaseWhileARequestHangs_GoesOnWithTheOld()
    {
        var time = new FakeTimeProvider();
        await using ServiceProvider services = Build(
            options => (options.Replacement, options.LoadTimeout) = (ModelReplacement.AfterRelease, TimeSpan.FromSeconds(30)), time);
        ModelLease hangs = await services.Registry().AcquireAsync("m", Token);
        _source.Current = 2;
        Task<bool> refresh = services.Registry().RefreshAsync("m", Token).AsTask();
        await UntilAsync(() => services.Registry().GetStatus("m").State == ModelState.Loading);
        Task<ModelLease> caller = services.Registry().AcquireAsync("m", Token).AsTask();

        time.Advance(TimeSpan.FromSeconds(30));

        await Assert.ThrowsAsync<ModelLoadException>(() => refresh);
        using ModelLease lease = await caller;
        Assert.Same(hangs.Model, lease.Model);
        hangs.Dispose();
        Assert.Equal(("v1", 11f), await AskAsync(services));
        Assert.Equal((0, 1), (_source.Owners["v1"].Count, _source.Owners["v2"].Count));
    }

    [Theory]
    [InlineData(long.MaxValue, "beside it")]
    [InlineData(100, "after it")]
    public async Task RefreshAsync_WhereMemoryAllows_LooksAtWhatIsFree(long free, string how)
    {
        await using ServiceProvider services = Build(freeMemory: free);
        await AskAsync(services);
        _source.Current = 2;

        Assert.True(await services.Registry().RefreshAsync("m", Token));

        Assert.Equal(("v2", 12f), await AskAsync(services));
        Assert.Contains(_log.Records, record => record.Id == 3 && record.Text.EndsWith(how, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Dispose_WhileAReplacementLoads_DisposesEverything()
    {
        ServiceProvider services = Build();
        await AskAsync(services);
        var gate = new TaskCompletionSource();
        _source.Current = 2;
        _source.Gate = gate.Task;
        Task<bool> refresh = services.Registry().RefreshAsync("m", Token).AsTask();
        await UntilAsync(() => _source.Loads == 2);

        await services.DisposeAsync();

        Assert.False(await refresh);
        Assert.Equal(1, _source.Owners["v1"].Count);
    }

    [Fact]
    public async Task CheckInterval_Timer_ReplacesWithoutARequest()
    {
        var time = new FakeTimeProvider();
        await using ServiceProvider services = Build(options => options.CheckInterval = TimeSpan.FromSeconds(10), time);
        await AskAsync(services);
        Assert.Equal(0, _source.Asked);
        _source.Current = 2;

        time.Advance(TimeSpan.FromSeconds(10));

        await UntilAsync(() => services.Registry().GetStatus("m").Model?.Version == "v2");
        Assert.Equal(("v2", 12f), await AskAsync(services));
    }

    [Fact]
    public async Task CheckInterval_ProcessThatStandsStill_IsCheckedByTheNextRequest()
    {
        var time = new FrozenTimeProvider();
        await using ServiceProvider services = Build(options => options.CheckInterval = TimeSpan.FromSeconds(10), time);
        await AskAsync(services);
        _source.Current = 2;
        time.Advance(TimeSpan.FromSeconds(9));
        await AskAsync(services);
        Assert.Equal(0, _source.Asked);

        time.Advance(TimeSpan.FromHours(5));
        (string version, float answer) = await AskAsync(services);

        Assert.Equal(version == "v1" ? 11f : 12f, answer); // the check runs beside the request that noticed
        await UntilAsync(() => services.Registry().GetStatus("m").Model?.Version == "v2");
        Assert.Equal(1, _source.Asked);
    }

    [Fact]
    public async Task ReplacementWait_RequestThatFindsACheckDue_GetsTheNewModel()
    {
        var time = new FrozenTimeProvider();
        await using ServiceProvider services = Build(
            options => (options.CheckInterval, options.ReplacementWait) = (TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(30)), time);
        await AskAsync(services);
        _source.Current = 2;
        time.Advance(TimeSpan.FromSeconds(10));

        Assert.Equal(("v2", 12f), await AskAsync(services));
    }

    [Fact]
    public async Task ReplacementWait_SlowSource_IsWaitedForNoLonger()
    {
        var time = new FakeTimeProvider();
        await using ServiceProvider services = Build(
            options => (options.CheckInterval, options.ReplacementWait) = (TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(2)), time);
        await AskAsync(services);
        _source.Current = 2;
        var gate = new TaskCompletionSource();
        _source.Gate = gate.Task;
        time.Advance(TimeSpan.FromSeconds(10));
        await UntilAsync(() => _source.Loads == 2);
        Task<(string, float)> request = AskAsync(services);
        Assert.False(request.IsCompleted);

        time.Advance(TimeSpan.FromSeconds(2));

        Assert.Equal(("v1", 11f), await request);
        gate.SetResult();
        await UntilAsync(() => services.Registry().GetStatus("m").Model?.Version == "v2");
    }

    [Fact]
    public async Task WarmUpAsync_CheckIsDue_WarmsTheNewModel()
    {
        var time = new FrozenTimeProvider();
        await using ServiceProvider services = Build(options => options.CheckInterval = TimeSpan.FromSeconds(10), time);
        Assert.Equal("v1", (await services.Registry().WarmUpAsync("m", Token)).Version);
        _source.Current = 2;
        time.Advance(TimeSpan.FromSeconds(10));

        Assert.Equal("v2", (await services.Registry().WarmUpAsync("m", Token)).Version);

        _source.VersionError = new IOException("gone");
        time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal("v2", (await services.Registry().WarmUpAsync("m", Token)).Version);
    }

    [Fact]
    public async Task CheckInterval_FailingChecks_ComeMoreAndMoreSeldom()
    {
        var time = new FrozenTimeProvider();
        await using ServiceProvider services = Build(
            options => (options.CheckInterval, options.ReplacementWait) = (TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(30)), time);
        await AskAsync(services);
        _source.VersionError = new ModelLoadException("the bucket is on fire");
        var asked = new List<int>();
        for (int i = 0; i < 8; i++)
        {
            time.Advance(TimeSpan.FromSeconds(10));
            Assert.Equal(("v1", 11f), await AskAsync(services));
            asked.Add(_source.Asked);
        }

        // At 10 s, then 20 s and 40 s later.
        Assert.Equal([1, 1, 2, 2, 2, 2, 3, 3], asked);
        Assert.Equal("the bucket is on fire", services.Registry().GetStatus("m").Error?.Message);

        _source.VersionError = null;
        time.Advance(TimeSpan.FromHours(1));
        await AskAsync(services);
        Assert.Null(services.Registry().GetStatus("m").Error);
    }

    [Fact]
    public async Task Replacement_SourceAnnouncesWhatItDoesNotServe_KeepsTheOld()
    {
        var source = new StubModelSource("memory:liar", _ => Task.FromResult(StubModelSource.Artifact(VersionedSource.Model(1))));
        var lies = new AnnouncingSource(source);
        await using ServiceProvider services = TestModels.Services("m", lies).BuildServiceProvider();
        (await services.Registry().AcquireAsync("m", Token)).Dispose();

        ModelLoadException error = await Assert.ThrowsAsync<ModelLoadException>(async () => await services.Registry().RefreshAsync("m", Token));

        Assert.Equal(
            "A source of model 'm' announces version announced, but memory:test served v1. The announced one cannot be loaded; see the reason that was logged for its source.",
            error.Message);
    }

    [Fact]
    public async Task Replacement_NewVersionFailsAndAFallbackServes_KeepsTheOld()
    {
        var time = new FakeTimeProvider();
        var chain = new ModelSourceChain([new(_source), new(StubModelSource.Of(VersionedSource.Model(9), "layer:/opt/m", "old"))], time);
        await using ServiceProvider services = TestModels.Services("m", chain).BuildServiceProvider();
        Assert.Equal(("v1", 11f), await AskAsync(services));
        _source.Current = 2;
        _source.Gate = Task.FromException(new IOException("half of it is missing"));

        for (int i = 0; i < 5; i++)
        {
            ModelLoadException error = await Assert.ThrowsAsync<ModelLoadException>(async () => await services.Registry().RefreshAsync("m", Token));
            Assert.Contains("announces version v2, but layer:/opt/m served old.", error.Message, StringComparison.Ordinal);
            Assert.Equal(("v1", 11f), await AskAsync(services));
        }

        _source.Gate = Task.CompletedTask;
        time.Advance(TimeSpan.FromMinutes(10));
        Assert.True(await services.Registry().RefreshAsync("m", Token));
        Assert.Equal(("v2", 12f), await AskAsync(services));
    }

    [Fact]
    public async Task Replacement_SourceChangesOnceMoreMeanwhile_TakesTheNewest()
    {
        await using ServiceProvider services = Build();
        await AskAsync(services);
        var gate = new TaskCompletionSource();
        (_source.Current, _source.Gate) = (2, gate.Task);
        Task<bool> refresh = services.Registry().RefreshAsync("m", Token).AsTask();
        await UntilAsync(() => _source.Loads == 2);
        _source.Current = 3;
        gate.SetResult();

        Assert.True(await refresh);
        Assert.Equal(("v3", 13f), await AskAsync(services));
    }

    private sealed class AnnouncingSource(StubModelSource source) : IModelSource
    {
        public string Description => source.Description;

        public ValueTask<string> GetVersionAsync(CancellationToken cancellationToken = default) => ValueTask.FromResult("announced");

        public ValueTask<ModelArtifact> LoadAsync(CancellationToken cancellationToken = default) => source.LoadAsync(cancellationToken);
    }
}
