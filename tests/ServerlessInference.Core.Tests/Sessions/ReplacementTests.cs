using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using ServerlessInference.Models;
using ServerlessInference.Sessions;
using ServerlessInference.Tests.Support;

namespace ServerlessInference.Tests.Sessions;

public sealed class ReplacementTests : IDisposable
{
    private readonly ReplacementFixture _fixture = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private VersionedSource Source => _fixture.Source;

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public async Task RefreshAsync_NewVersion_TakesOverWhileALeaseKeepsTheOld()
    {
        await using ServiceProvider services = _fixture.Build();
        ModelLease old = await services.Registry().AcquireAsync("m", Token);
        Assert.Equal(("v1", 11f), await ReplacementFixture.AskAsync(services));

        Source.Current = 2;
        Assert.True(await services.Registry().RefreshAsync("m", Token));

        Assert.Equal(("v2", 12f), await ReplacementFixture.AskAsync(services));
        Assert.Equal("v1", old.Model.Identity.Version);
        Assert.False(Source.Owners["v1"].IsDisposed);
        LoadedModel model = old.Model;
        old.Dispose();
        await model.Freed.WaitAsync(Token);
        Assert.Equal(1, Source.Owners["v1"].Count);
        Assert.Contains(_fixture.Log.Records, record => record.Id == 3 && record.Text == "Replaced model m v1 by v2 from " +
            "memory:versions, loaded side by side");
    }

    [Fact]
    public async Task RefreshAsync_SameVersionOrNotLoaded_LoadsNothing()
    {
        await using ServiceProvider services = _fixture.Build();
        Assert.False(await services.Registry().RefreshAsync("m", Token));
        Assert.Equal(0, Source.Loads);
        (await services.Registry().AcquireAsync("m", Token)).Dispose();

        Assert.False(await services.Registry().RefreshAsync("m", Token));

        Assert.Equal(1, Source.Loads);
    }

    [Theory]
    [InlineData(ModelReplacement.SideBySide)]
    [InlineData(ModelReplacement.UnloadFirst)]
    public async Task RefreshAsync_NewVersionIsBroken_KeepsTheOldAndSaysWhy(ModelReplacement how)
    {
        await using ServiceProvider services = _fixture.Build(options => options.Replacement = how);
        await ReplacementFixture.AskAsync(services);
        Source.Current = 2;
        Source.Content = [1, 2, 3];

        ModelLoadException error = await Assert.ThrowsAsync<ModelLoadException>(
            async () => await services.Registry().RefreshAsync("m", Token));

        Assert.Contains("are not a valid ONNX model", error.Message, StringComparison.Ordinal);
        ModelStatus status = services.Registry().GetStatus("m");
        Assert.Equal((ModelState.Ready, "v1"), (status.State, status.Model!.Version));
        Assert.Same(error, status.Error);
        Assert.Equal(("v1", 11f), await ReplacementFixture.AskAsync(services));
        Assert.Equal((0, 1), (Source.Owners["v1"].Count, Source.Owners["v2"].Count));
        Assert.Contains(_fixture.Log.Records, record => record.Id == 4 && record.Level == LogLevel.Warning);

        Source.Content = null;
        Assert.True(await services.Registry().RefreshAsync("m", Token));
        Assert.Equal(("v2", 12f), await ReplacementFixture.AskAsync(services));
        Assert.Null(services.Registry().GetStatus("m").Error);
    }

    [Fact]
    public async Task RefreshAsync_NewVersionHasAnotherInput_FailsToWarmOnlyWhereThePipelineDoesNotFit()
    {
        await using ServiceProvider services = _fixture.Build();
        await ReplacementFixture.AskAsync(services);
        Source.Current = 2;
        Source.Content = TinyModels.Loop();

        // A synthetic zero suits it: named values take any model.
        Assert.True(await services.Registry().RefreshAsync("m", Token));

        Assert.Equal("v2", services.Registry().GetStatus("m").Model!.Version);
    }

    [Fact]
    public async Task RefreshAsync_UnloadFirst_WaitsForTheLastLeaseAndLetsCallersWait()
    {
        await using ServiceProvider services = _fixture.Build(options => options.Replacement = ModelReplacement.UnloadFirst);
        ModelLease old = await services.Registry().AcquireAsync("m", Token);
        Source.Current = 2;
        Task<bool> refresh = services.Registry().RefreshAsync("m", Token).AsTask();
        await Eventually.HoldsAsync(() => services.Registry().GetStatus("m").State == ModelState.Loading);
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

        Assert.Equal(1, Source.Owners["v1"].Count);
        Assert.Contains(
            _fixture.Log.Records, record => record.Id == 3 && record.Text.EndsWith("loaded after unloading it", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(ModelReplacement.SideBySide)]
    [InlineData(ModelReplacement.UnloadFirst)]
    public async Task RefreshAsync_ReplacementIsUnderWay_WaitsForThatOne(ModelReplacement how)
    {
        await using ServiceProvider services = _fixture.Build(options => options.Replacement = how);
        ModelLease old = await services.Registry().AcquireAsync("m", Token);
        var gate = new TaskCompletionSource();
        Source.Current = 2;
        Source.Gate = how == ModelReplacement.SideBySide ? gate.Task : Task.CompletedTask;
        Task<bool> first = services.Registry().RefreshAsync("m", Token).AsTask();
        await Eventually.HoldsAsync(() =>
            Source.Loads == 2 && (how == ModelReplacement.SideBySide || services.Registry().GetStatus("m").State == ModelState.Loading));

        Task<bool> second = services.Registry().RefreshAsync("m", Token).AsTask();
        gate.SetResult();
        old.Dispose();

        Assert.True(await first);
        Assert.True(await second);
        Assert.Equal(2, Source.Loads);
    }

    [Fact]
    public async Task RefreshAsync_UnloadFirstWhileARequestHangs_GoesOnWithTheOld()
    {
        var time = new FakeTimeProvider();
        await using ServiceProvider services = _fixture.Build(
            options => (options.Replacement, options.LoadTimeout) = (ModelReplacement.UnloadFirst, TimeSpan.FromSeconds(30)), time);
        ModelLease hangs = await services.Registry().AcquireAsync("m", Token);
        Source.Current = 2;
        Task<bool> refresh = services.Registry().RefreshAsync("m", Token).AsTask();
        await Eventually.HoldsAsync(() => services.Registry().GetStatus("m").State == ModelState.Loading);
        Task<ModelLease> caller = services.Registry().AcquireAsync("m", Token).AsTask();

        time.Advance(TimeSpan.FromSeconds(30));

        await Assert.ThrowsAsync<ModelLoadException>(() => refresh);
        using ModelLease lease = await caller;
        Assert.Same(hangs.Model, lease.Model);
        hangs.Dispose();
        Assert.Equal(("v1", 11f), await ReplacementFixture.AskAsync(services));
        Assert.Equal((0, 1), (Source.Owners["v1"].Count, Source.Owners["v2"].Count));
    }

    [Theory]
    [InlineData(long.MaxValue, "side by side")]
    [InlineData(100, "after unloading it")]
    public async Task RefreshAsync_Auto_DependsOnFreeMemory(long free, string how)
    {
        await using ServiceProvider services = _fixture.Build(freeMemory: free);
        await ReplacementFixture.AskAsync(services);
        Source.Current = 2;

        Assert.True(await services.Registry().RefreshAsync("m", Token));

        Assert.Equal(("v2", 12f), await ReplacementFixture.AskAsync(services));
        Assert.Contains(_fixture.Log.Records, record => record.Id == 3 && record.Text.EndsWith(how, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Dispose_WhileAReplacementLoads_DisposesEverything()
    {
        ServiceProvider services = _fixture.Build();
        await ReplacementFixture.AskAsync(services);
        var gate = new TaskCompletionSource();
        Source.Current = 2;
        Source.Gate = gate.Task;
        Task<bool> refresh = services.Registry().RefreshAsync("m", Token).AsTask();
        await Eventually.HoldsAsync(() => Source.Loads == 2);

        await services.DisposeAsync();

        Assert.False(await refresh);
        Assert.Equal(1, Source.Owners["v1"].Count);
    }

    [Fact]
    public async Task Replacement_SourceAnnouncesWhatItDoesNotServe_KeepsTheOld()
    {
        var source = new StubModelSource("memory:liar", _ => Task.FromResult(StubModelSource.Artifact(VersionedSource.Model(1))));
        var lies = new AnnouncingSource(source);
        await using ServiceProvider services = TestModels.Services("m", lies).BuildServiceProvider();
        (await services.Registry().AcquireAsync("m", Token)).Dispose();

        ModelLoadException error = await Assert.ThrowsAsync<ModelLoadException>(
            async () => await services.Registry().RefreshAsync("m", Token));

        Assert.Equal(
            "A source of model 'm' announces version announced, but memory:test provided v1. The announced version cannot be loaded; the " +
            "log has the reason for its source.",
            error.Message);
    }

    [Fact]
    public async Task Replacement_NewVersionFailsAndAFallbackServes_KeepsTheOld()
    {
        var time = new FakeTimeProvider();
        var chain = new ModelSourceChain([new(Source), new(StubModelSource.Of(VersionedSource.Model(9), "layer:/opt/m", "old"))], time);
        await using ServiceProvider services = TestModels.Services("m", chain).BuildServiceProvider();
        Assert.Equal(("v1", 11f), await ReplacementFixture.AskAsync(services));
        Source.Current = 2;
        Source.Gate = Task.FromException(new IOException("half of it is missing"));

        for (int i = 0; i < 5; i++)
        {
            ModelLoadException error = await Assert.ThrowsAsync<ModelLoadException>(
                async () => await services.Registry().RefreshAsync("m", Token));
            Assert.Contains("announces version v2, but layer:/opt/m provided old.", error.Message, StringComparison.Ordinal);
            Assert.Equal(("v1", 11f), await ReplacementFixture.AskAsync(services));
        }

        Source.Gate = Task.CompletedTask;
        time.Advance(TimeSpan.FromMinutes(10));
        Assert.True(await services.Registry().RefreshAsync("m", Token));
        Assert.Equal(("v2", 12f), await ReplacementFixture.AskAsync(services));
    }

    [Fact]
    public async Task Replacement_SourceChangesOnceMoreMeanwhile_TakesTheNewest()
    {
        await using ServiceProvider services = _fixture.Build();
        await ReplacementFixture.AskAsync(services);
        var gate = new TaskCompletionSource();
        (Source.Current, Source.Gate) = (2, gate.Task);
        Task<bool> refresh = services.Registry().RefreshAsync("m", Token).AsTask();
        await Eventually.HoldsAsync(() => Source.Loads == 2);
        Source.Current = 3;
        gate.SetResult();

        Assert.True(await refresh);
        Assert.Equal(("v3", 13f), await ReplacementFixture.AskAsync(services));
    }

    private sealed class AnnouncingSource(StubModelSource source) : IModelSource
    {
        public string Description => source.Description;

        public ValueTask<string> GetVersionAsync(CancellationToken cancellationToken = default) => ValueTask.FromResult("announced");

        public ValueTask<ModelArtifact> LoadAsync(CancellationToken cancellationToken = default) => source.LoadAsync(cancellationToken);
    }
}
