using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using ServerlessInference.Pipelines;
using ServerlessInference.Sessions;
using ServerlessInference.Tests.Support;

namespace ServerlessInference.Tests.Diagnostics;

public sealed class TelemetryTests : IDisposable
{
    private readonly TelemetryCapture _captured = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _captured.Dispose();

    [Fact]
    public async Task Run_Answered_TagsActivitiesAndMetricsWithTheModel()
    {
        await using ServiceProvider services = TestModels.Services(
            _captured.Model, TinyModels.Classifier(), model => model.UseLabelPrediction()).BuildServiceProvider();

        await services.GetRequiredService<IInferencePipeline<ReadOnlyMemory<float>, LabelPrediction>>()
            .RunBatchAsync([new float[3], new float[3]], Token);

        Assert.Equal(["inference", "model.load"], _captured.Activities.Select(activity => activity.OperationName).Order());
        Activity inference = _captured.Activities.Single(activity => activity.OperationName == "inference");
        Assert.Equal("v1", inference.GetTagItem("model.version"));
        Assert.Equal("memory:test", inference.GetTagItem("model.source"));
        Assert.Equal(2, Assert.Single(_captured.Measurements, entry => entry.Instrument == "serverless_inference.batch.size").Value);
        Assert.Single(_captured.Measurements, entry => entry.Instrument == "serverless_inference.model.load.duration");
        Assert.Equal(
            ["inference", "postprocessing", "preprocessing"],
            _captured.Measurements.Where(
                entry => entry.Instrument == "serverless_inference.stage.duration").Select(entry => entry.Tags["stage"]).Order());
        Assert.All(_captured.Measurements, entry =>
        {
            Assert.Equal("v1", entry.Tags["model.version"]);
            Assert.Equal("memory:test", entry.Tags["model.source"]);
        });
    }

    [Fact]
    public async Task Run_BadInputs_CountsEachAndNoRun()
    {
        await using ServiceProvider services = TestModels.Services(
            _captured.Model, TinyModels.Classifier(), model => model.UseLabelPrediction()).BuildServiceProvider();

        await services.GetRequiredService<IInferencePipeline<ReadOnlyMemory<float>, LabelPrediction>>()
            .RunBatchAsync([new float[1], new float[2]], Token);

        Assert.Equal(
            ["InvalidInputException", "InvalidInputException"],
            _captured.Measurements.Where(
                entry => entry.Instrument == "serverless_inference.failures").Select(entry => entry.Tags["error.type"]));
        Assert.DoesNotContain(_captured.Measurements, entry => entry.Instrument == "serverless_inference.batch.size");
    }

    [Fact]
    public async Task Run_LoadFails_CountsEveryInputOnceAndTheLoadWithItsError()
    {
        await using ServiceProvider services = TestModels.Services(
            _captured.Model, StubModelSource.Failing("a:1", new ModelLoadException("no")), model => model.UseLabelPrediction())
                .BuildServiceProvider();

        await Assert.ThrowsAsync<ModelLoadException>(async () => await services
            .GetRequiredService<IInferencePipeline<ReadOnlyMemory<float>, LabelPrediction>>().RunBatchAsync(
                [new float[3], new float[3]], Token));

        Assert.Equal(2, Assert.Single(_captured.Measurements, entry => entry.Instrument == "serverless_inference.failures").Value);
        Assert.Equal(
            "ModelLoadException", Assert.Single(
                _captured.Measurements, entry => entry.Instrument == "serverless_inference.model.load.duration").Tags["error.type"]);
    }

    [Fact]
    public async Task Load_Fails_MarksTheActivityAndLogsTheError()
    {
        using var logs = new CapturingLoggerProvider();
        ServiceCollection services = TestModels.Services(
            _captured.Model, StubModelSource.Failing("a:1", new ModelLoadException("not there")));
        services.AddSingleton<ILoggerFactory>(logs);
        await using ServiceProvider provider = services.BuildServiceProvider();

        await Assert.ThrowsAsync<ModelLoadException>(async () => await provider.Registry().AcquireAsync(_captured.Model, Token));

        Activity load = Assert.Single(_captured.Activities);
        Assert.Equal(ActivityStatusCode.Error, load.Status);
        Assert.Equal("not there", load.StatusDescription);
        CapturingLoggerProvider.LogRecord record = Assert.Single(logs.Records);
        Assert.Equal((LogLevel.Error, 2, $"Model {_captured.Model} cannot be loaded"), (record.Level, record.Id, record.Text));
        Assert.IsType<ModelLoadException>(record.Exception);
    }

    [Fact]
    public async Task Load_Succeeds_LogsModelVersionAndSource()
    {
        using var logs = new CapturingLoggerProvider();
        ServiceCollection services = TestModels.Services(_captured.Model, TinyModels.Double());
        services.AddSingleton<ILoggerFactory>(logs);
        await using ServiceProvider provider = services.BuildServiceProvider();

        (await provider.Registry().AcquireAsync(_captured.Model, Token)).Dispose();

        CapturingLoggerProvider.LogRecord record = Assert.Single(logs.Records, record => record.Id == 1);
        Assert.Matches($"^Loaded model {_captured.Model} v1 from memory:test: source [0-9.]+ ms, session [0-9.]+ ms$", record.Text);
    }

    [Fact]
    public async Task Load_PipelineDecides_LogsOneRecordAndWarnsOfWhatNeedsAttention()
    {
        using var logs = new CapturingLoggerProvider();
        ServiceCollection services = TestModels.Services(
            _captured.Model,
            StubModelSource.Of(TinyModels.Double()),
            model => model.UsePipeline<ReadOnlyMemory<float>, string>(
                _ => new FeatureVectorPreprocessor(), _ => new DecidingPostprocessor()));
        services.AddSingleton<ILoggerFactory>(logs);
        await using ServiceProvider provider = services.BuildServiceProvider();

        using ModelLease lease = await provider.Registry().AcquireAsync(_captured.Model, Token);
        lease.Model.Decide(new ModelDecision("scores", "softmax", "the first outputs"));

        Assert.Equal(
            [
                (LogLevel.Information, $"Decided about model {_captured.Model}: task guessing (the test); labels none (nothing was found)"),
                (LogLevel.Information, $"Decided about model {_captured.Model}: scores softmax (the first outputs)"),
            ],
            logs.Records.Where(record => record.Id == 27).Select(record => (record.Level, record.Text)));
        CapturingLoggerProvider.LogRecord warning = Assert.Single(logs.Records, record => record.Id == 28);
        Assert.Equal((LogLevel.Warning, $"Model {_captured.Model}: labels none: nothing was found"), (warning.Level, warning.Text));
        Assert.Equal(["task", "labels", "scores"], lease.Model.Decisions.Select(decision => decision.Subject));
    }

    private sealed class DecidingPostprocessor : IPostprocessor<string>
    {
        public void Prepare(LoadedModel model)
        {
            model.Decide(new ModelDecision("task", "guessing", "the test"));
            model.Decide(new ModelDecision("labels", "3", "a first look"));
            model.Decide(new ModelDecision("labels", "none", "nothing was found", NeedsAttention: true));
        }

        public ValueTask PostprocessAsync(InferenceBatch batch, Memory<string> outputs, CancellationToken cancellationToken) =>
            ValueTask.CompletedTask;
    }
}
