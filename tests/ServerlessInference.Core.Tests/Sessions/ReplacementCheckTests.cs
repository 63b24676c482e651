using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using ServerlessInference.Tests.Support;

namespace ServerlessInference.Tests.Sessions;

/// <summary>When a source is asked for a new version.</summary>
public sealed class ReplacementCheckTests : IDisposable
{
    private readonly ReplacementFixture _fixture = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private VersionedSource Source => _fixture.Source;

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public async Task CheckInterval_Timer_ReplacesWithoutARequest()
    {
        var time = new FakeTimeProvider();
        await using ServiceProvider services = _fixture.Build(options => options.CheckInterval = TimeSpan.FromSeconds(10), time);
        await ReplacementFixture.AskAsync(services);
        Assert.Equal(0, Source.Asked);
        Source.Current = 2;

        time.Advance(TimeSpan.FromSeconds(10));

        await Eventually.HoldsAsync(() => services.Registry().GetStatus("m").Model?.Version == "v2");
        Assert.Equal(("v2", 12f), await ReplacementFixture.AskAsync(services));
    }

    [Fact]
    public async Task CheckInterval_ProcessThatStandsStill_IsCheckedByTheNextRequest()
    {
        var time = new FrozenTimeProvider();
        await using ServiceProvider services = _fixture.Build(options => options.CheckInterval = TimeSpan.FromSeconds(10), time);
        await ReplacementFixture.AskAsync(services);
        Source.Current = 2;
        time.Advance(TimeSpan.FromSeconds(9));
        await ReplacementFixture.AskAsync(services);
        Assert.Equal(0, Source.Asked);

        time.Advance(TimeSpan.FromHours(5));
        (string version, float answer) = await ReplacementFixture.AskAsync(services);

        Assert.Equal(version == "v1" ? 11f : 12f, answer); // the check runs beside the request that noticed
        await Eventually.HoldsAsync(() => services.Registry().GetStatus("m").Model?.Version == "v2");
        Assert.Equal(1, Source.Asked);
    }

    [Fact]
    public async Task ReplacementWait_RequestThatFindsACheckDue_GetsTheNewModel()
    {
        var time = new FrozenTimeProvider();
        await using ServiceProvider services = _fixture.Build(
            options => (options.CheckInterval, options.ReplacementWait) = (TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(30)), time);
        await ReplacementFixture.AskAsync(services);
        Source.Current = 2;
        time.Advance(TimeSpan.FromSeconds(10));

        Assert.Equal(("v2", 12f), await ReplacementFixture.AskAsync(services));
    }

    [Fact]
    public async Task ReplacementWait_SlowSource_IsWaitedForNoLonger()
    {
        var time = new FakeTimeProvider();
        await using ServiceProvider services = _fixture.Build(
            options => (options.CheckInterval, options.ReplacementWait) = (TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(2)), time);
        await ReplacementFixture.AskAsync(services);
        Source.Current = 2;
        var gate = new TaskCompletionSource();
        Source.Gate = gate.Task;
        time.Advance(TimeSpan.FromSeconds(10));
        await Eventually.HoldsAsync(() => Source.Loads == 2);
        Task<(string, float)> request = ReplacementFixture.AskAsync(services);
        Assert.False(request.IsCompleted);

        time.Advance(TimeSpan.FromSeconds(2));

        Assert.Equal(("v1", 11f), await request);
        gate.SetResult();
        await Eventually.HoldsAsync(() => services.Registry().GetStatus("m").Model?.Version == "v2");
    }

    [Fact]
    public async Task WarmUpAsync_CheckIsDue_WarmsTheNewModel()
    {
        var time = new FrozenTimeProvider();
        await using ServiceProvider services = _fixture.Build(options => options.CheckInterval = TimeSpan.FromSeconds(10), time);
        Assert.Equal("v1", (await services.Registry().WarmUpAsync("m", Token)).Version);
        Source.Current = 2;
        time.Advance(TimeSpan.FromSeconds(10));

        Assert.Equal("v2", (await services.Registry().WarmUpAsync("m", Token)).Version);

        Source.VersionError = new IOException("gone");
        time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal("v2", (await services.Registry().WarmUpAsync("m", Token)).Version);
    }

    [Fact]
    public async Task CheckInterval_FailingChecks_ComeMoreAndMoreSeldom()
    {
        var time = new FrozenTimeProvider();
        await using ServiceProvider services = _fixture.Build(
            options => (options.CheckInterval, options.ReplacementWait) = (TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(30)), time);
        await ReplacementFixture.AskAsync(services);
        Source.VersionError = new ModelLoadException("the bucket is on fire");
        var asked = new List<int>();
        for (int i = 0; i < 8; i++)
        {
            time.Advance(TimeSpan.FromSeconds(10));
            Assert.Equal(("v1", 11f), await ReplacementFixture.AskAsync(services));
            asked.Add(Source.Asked);
        }

        // At 10 s, then 20 s and 40 s later.
        Assert.Equal([1, 1, 2, 2, 2, 2, 3, 3], asked);
        Assert.Equal("the bucket is on fire", services.Registry().GetStatus("m").Error?.Message);

        Source.VersionError = null;
        time.Advance(TimeSpan.FromHours(1));
        await ReplacementFixture.AskAsync(services);
        Assert.Null(services.Registry().GetStatus("m").Error);
    }
}
