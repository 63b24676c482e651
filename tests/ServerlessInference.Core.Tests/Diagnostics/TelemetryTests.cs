using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using ServerlessInference.Diagnostics;
using ServerlessInference.Pipelines;
using ServerlessInference.Tests.Support;

namespace ServerlessInference.Tests.Diagnostics;

[Collection("Telemetry")]
public sealed class TelemetryTests : IDisposable
{
    // Other tests run at the same time, so each looks for a name of its own.
    private readonly string _name = $"m{Guid.NewGuid():N}";
    private readonly ConcurrentQueue<Activity> _activities = new();
    private readonly ConcurrentQueue<(string Instrument, double Value, Dictionary<string, object?> Tags)> _measurements = new();
    private readonly ActivityListener _activityListener;
    private readonly MeterListener _meterListener = new();

    public TelemetryTests()
    {
        _activityListener = new ActivityListener
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
        ActivitySource.AddActivityListener(_activityListener);
        _meterListener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == InferenceTelemetry.Name)
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _meterListener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Keep(instrument, value, tags));
        _meterListener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Keep(instrument, value, tags));
        _meterListener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Keep(instrument, value, tags));
        _meterListener.Start();
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _activityListener.Dispose();
        _meterListener.Dispose();
    }

    [Fact]
    public async Task Run_Answered_TagsActivitiesAndMetricsWithTheModel()
    {
        await using ServiceProvider services = TestModels.Services(_name, TinyModels.Classifier(), model => model.UseLabelPrediction()).BuildServiceProvider();

        await services.GetRequiredService<IInferencePipeline<ReadOnlyMemory<float>, LabelPrediction>>()
            .RunBatchAsync([new float[3], new float[3]], Token);

        Assert.Equal(["inference", "model.load"], _activities.Select(activity => activity.OperationName).Order());
        Activity inference = _activities.Single(activity => activity.OperationName == "inference");
        Assert.Equal("v1", inference.GetTagItem("model.version"));
        Assert.Equal("memory:test", inference.GetTagItem("model.source"));
        Assert.Equal(2, Assert.Single(_measurements, entry => entry.Instrument == "serverless_inference.batch.size").Value);
        Assert.Single(_measurements, entry => entry.Instrument == "serverless_inference.model.load.duration");
        Assert.Equal(
            ["inference", "postprocessing", "preprocessing"],
            _measurements.Where(entry => entry.Instrument == "serverless_inference.stage.duration").Select(entry => entry.Tags["stage"]).Order());
        Assert.All(_measurements, entry =>
        {
            Assert.Equal("v1", entry.Tags["model.version"]);
            Assert.Equal("memory:test", entry.Tags["model.source"]);
        });
    }

    [Fact]
    public async Task Run_BadInputs_CountsEachAndNoRun()
    {
        await using ServiceProvider services = TestModels.Services(_name, TinyModels.Classifier(), model => model.UseLabelPrediction()).BuildServiceProvider();

        await services.GetRequiredService<IInferencePipeline<ReadOnlyMemory<float>, LabelPrediction>>()
            .RunBatchAsync([new float[1], new float[2]], Token);

        Assert.Equal(
            ["InvalidInputException", "InvalidInputException"],
            _measurements.Where(entry => entry.Instrument == "serverless_inference.failures").Select(entry => entry.Tags["error.type"]));
        Assert.DoesNotContain(_measurements, entry => entry.Instrument == "serverless_inference.batch.size");
    }

    [Fact]
    public async Task Run_LoadFails_CountsEveryInputOnceAndTheLoadWithItsError()
    {
        await using ServiceProvider services = TestModels.Services(
            _name, StubModelSource.Failing("a:1", new ModelLoadException("no")), model => model.UseLabelPrediction()).BuildServiceProvider();

        await Assert.ThrowsAsync<ModelLoadException>(async () => await services
            .GetRequiredService<IInferencePipeline<ReadOnlyMemory<float>, LabelPrediction>>().RunBatchAsync([new float[3], new float[3]], Token));

        Assert.Equal(2, Assert.Single(_measurements, entry => entry.Instrument == "serverless_inference.failures").Value);
        Assert.Equal(
            "ModelLoadException", Assert.Single(_measurements, entry => entry.Instrument == "serverless_inference.model.load.duration").Tags["error.type"]);
    }

    [Fact]
    public async Task Load_Fails_MarksTheActivityAndLogsTheError()
    {
        using var logs = new CapturingLoggerProvider();
        ServiceCollection services = TestModels.Services(_name, StubModelSource.Failing("a:1", new ModelLoadException("not there")));
        services.AddSingleton<ILoggerFactory>(logs);
        await using ServiceProvider provider = services.BuildServiceProvider();

        await Assert.ThrowsAsync<ModelLoadException>(async () => await provider.Registry().AcquireAsync(_name, Token));

        Activity load = Assert.Single(_activities);
        Assert.Equal(ActivityStatusCode.Error, load.Status);
        Assert.Equal("not there", load.StatusDescription);
        CapturingLoggerProvider.LogRecord record = Assert.Single(logs.Records);
        Assert.Equal((LogLevel.Error, 2, $"Model {_name} cannot be loaded"), (record.Level, record.Id, record.Text));
        Assert.IsType<ModelLoadException>(record.Exception);
    }

    [Fact]
    public async Task Load_Succeeds_LogsModelVersionAndSource()
    {
        using var logs = new CapturingLoggerProvider();
        ServiceCollection services = TestModels.Services(_name, TinyModels.Double());
        services.AddSingleton<ILoggerFactory>(logs);
        await using ServiceProvider provider = services.BuildServiceProvider();

        (await provider.Registry().AcquireAsync(_name, Token)).Dispose();

        CapturingLoggerProvider.LogRecord record = Assert.Single(logs.Records, record => record.Id == 1);
        Assert.Matches($"^Loaded model {_name} v1 from memory:test: source [0-9.]+ ms, session [0-9.]+ ms$", record.Text);
    }

    private void Keep(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        Dictionary<string, object?> kept = new(tags.ToArray());
        if (Equals(kept.GetValueOrDefault("model"), _name))
        {
            _measurements.Enqueue((instrument.Name, value, kept));
        }
    }
}
