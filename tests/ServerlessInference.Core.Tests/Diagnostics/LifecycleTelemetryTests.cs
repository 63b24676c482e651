using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using ServerlessInference.Diagnostics;
using ServerlessInference.Sessions;
using ServerlessInference.Tests.Support;

namespace ServerlessInference.Tests.Diagnostics;

public sealed class LifecycleTelemetryTests : IDisposable
{
    private readonly string _name = $"m{Guid.NewGuid():N}";
    private readonly ConcurrentQueue<Activity> _activities = new();
    private readonly ConcurrentQueue<string> _counted = new();
    private readonly ActivityListener _listener;
    private readonly MeterListener _meters = new();

    public LifecycleTelemetryTests()
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == InferenceTelemetry.Name,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = activity =>
            {
                if (Equals(activity.GetTagItem("model"), _name))
                {
                    _activities.Enqueue(activity);
                }
            },
        };
        ActivitySource.AddActivityListener(_listener);
        _meters.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == InferenceTelemetry.Name)
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _meters.SetMeasurementEventCallback<long>((instrument, _, tags, _) =>
        {
            var all = new Dictionary<string, object?>(tags.ToArray());
            if (Equals(all["model"], _name))
            {
                _counted.Enqueue($"{instrument.Name} {all.GetValueOrDefault("model.version")}{all.GetValueOrDefault("error.type")}");
            }
        });
        _meters.Start();
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _listener.Dispose();
        _meters.Dispose();
    }

    [Fact]
    public async Task Load_SecondSourceServes_ActivitySaysWhichAndWhyNotTheFirst()
    {
        var services = new ServiceCollection();
        services.AddServerlessInference().AddModel(_name, model => model
            .From(source => source.Custom(_ => StubModelSource.Failing("efs:/mnt", new IOException("stale handle"))))
            .ThenFrom(source => source.Custom(_ => StubModelSource.Of(TinyModels.Double(), "s3://b/m/"))));
        await using ServiceProvider provider = services.BuildServiceProvider();

        (await provider.Registry().AcquireAsync(_name, Token)).Dispose();

        Activity activity = Assert.Single(_activities);
        Assert.Equal(("model.load", "s3://b/m/", "v1"), (activity.OperationName, activity.GetTagItem("model.source"), activity.GetTagItem("model.version")));
        ActivityEvent failed = Assert.Single(activity.Events);
        Assert.Equal("model.source.failed", failed.Name);
        Assert.Equal(["model.source=efs:/mnt", "reason=stale handle"], failed.Tags.Select(tag => $"{tag.Key}={tag.Value}"));
    }

    [Fact]
    public async Task Refresh_ReplacedAndFailed_IsCounted()
    {
        var source = new VersionedSource();
        await using ServiceProvider services = TestModels.Services(_name, source).BuildServiceProvider();
        (await services.Registry().AcquireAsync(_name, Token)).Dispose();
        source.Current = 2;
        await services.Registry().RefreshAsync(_name, Token);
        source.Current = 3;
        source.Content = [1];
        await Assert.ThrowsAsync<ModelLoadException>(async () => await services.Registry().RefreshAsync(_name, Token));

        Assert.Equal(
            ["serverless_inference.model.replacements v2", "serverless_inference.model.replacement.failures ModelLoadException"], _counted);
        Assert.Equal(["model.load", "model.check", "model.check"], _activities.Select(activity => activity.OperationName));
        Assert.Equal(ActivityStatusCode.Error, _activities.Last().Status);
        Assert.All(_activities.Skip(1), activity => Assert.Null(activity.ParentId));
    }

    [Fact]
    public async Task Eviction_IsCounted()
    {
        var services = new ServiceCollection();
        services.Configure<ModelMemoryOptions>(options => options.BudgetBytes = 100);
        services.AddServerlessInference()
            .Add(_name, new VersionedSource(), model => model.Configure(options => options.MemoryBytes = 100))
            .Add("other", new VersionedSource(), model => model.Configure(options => options.MemoryBytes = 100));
        await using ServiceProvider provider = services.BuildServiceProvider();

        (await provider.Registry().AcquireAsync(_name, Token)).Dispose();
        (await provider.Registry().AcquireAsync("other", Token)).Dispose();

        Assert.Equal(["serverless_inference.model.evictions v1"], _counted);
    }
}
