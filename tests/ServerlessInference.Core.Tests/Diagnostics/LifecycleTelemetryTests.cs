using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using ServerlessInference.Sessions;
using ServerlessInference.Tests.Support;

namespace ServerlessInference.Tests.Diagnostics;

public sealed class LifecycleTelemetryTests : IDisposable
{
    private readonly TelemetryCapture _captured = new();

    private IEnumerable<string> Counted => _captured.Measurements
        .Where(entry => !entry.Instrument.EndsWith(".duration", StringComparison.Ordinal))
        .Select(entry => $"{entry.Instrument} {entry.Tags.GetValueOrDefault("model.version")}{entry.Tags.GetValueOrDefault("error.type")}");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _captured.Dispose();

    [Fact]
    public async Task Load_SecondSourceServes_ActivitySaysWhichAndWhyNotTheFirst()
    {
        var services = new ServiceCollection();
        services.AddServerlessInference().AddModel(_captured.Model, model => model
            .From(source => source.Custom(_ => StubModelSource.Failing("efs:/mnt", new IOException("stale handle"))))
            .ThenFrom(source => source.Custom(_ => StubModelSource.Of(TinyModels.Double(), "s3://b/m/"))));
        await using ServiceProvider provider = services.BuildServiceProvider();

        (await provider.Registry().AcquireAsync(_captured.Model, Token)).Dispose();

        Activity activity = Assert.Single(_captured.Activities);
        Assert.Equal(
            ("model.load", "s3://b/m/", "v1"),
            (activity.OperationName, activity.GetTagItem("model.source"), activity.GetTagItem("model.version")));
        ActivityEvent failed = Assert.Single(activity.Events);
        Assert.Equal("model.source.failed", failed.Name);
        Assert.Equal(["model.source=efs:/mnt", "reason=stale handle"], failed.Tags.Select(tag => $"{tag.Key}={tag.Value}"));
    }

    [Fact]
    public async Task Refresh_ReplacedAndFailed_IsCounted()
    {
        var source = new VersionedSource();
        await using ServiceProvider services = TestModels.Services(_captured.Model, source).BuildServiceProvider();
        (await services.Registry().AcquireAsync(_captured.Model, Token)).Dispose();
        source.Current = 2;
        await services.Registry().RefreshAsync(_captured.Model, Token);
        source.Current = 3;
        source.Content = [1];
        await Assert.ThrowsAsync<ModelLoadException>(async () => await services.Registry().RefreshAsync(_captured.Model, Token));

        Assert.Equal(
            ["serverless_inference.model.replacements v2", "serverless_inference.model.replacement.failures ModelLoadException"], Counted);
        Assert.Equal(["model.load", "model.check", "model.check"], _captured.Activities.Select(activity => activity.OperationName));
        Assert.Equal(ActivityStatusCode.Error, _captured.Activities.Last().Status);
        Assert.All(_captured.Activities.Skip(1), activity => Assert.Null(activity.ParentId));
    }

    [Fact]
    public async Task Eviction_IsCounted()
    {
        var services = new ServiceCollection();
        services.Configure<ModelMemoryOptions>(options => options.BudgetBytes = 100);
        services.AddServerlessInference()
            .Add(_captured.Model, new VersionedSource(), model => model.Configure(options => options.MemoryBytes = 100))
            .Add("other", new VersionedSource(), model => model.Configure(options => options.MemoryBytes = 100));
        await using ServiceProvider provider = services.BuildServiceProvider();

        (await provider.Registry().AcquireAsync(_captured.Model, Token)).Dispose();
        (await provider.Registry().AcquireAsync("other", Token)).Dispose();

        Assert.Equal(["serverless_inference.model.evictions v1"], Counted);
    }
}
