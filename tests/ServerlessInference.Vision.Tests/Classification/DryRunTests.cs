using System.Diagnostics.Metrics;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using ServerlessInference.Models;
using ServerlessInference.Pipelines;
using ServerlessInference.Registration;

namespace ServerlessInference.Vision.Tests.Classification;

/// <summary>A dry run of the request path while the model loads needs no model and leaves no trace.</summary>
public sealed class DryRunTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task DryRunAsync_UnavailableModel_AnswersWithoutLoading()
    {
        var measured = new List<string>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, own) => own.EnableMeasurementEvents(instrument),
        };
        listener.SetMeasurementEventCallback<double>((instrument, _, tags, _) => Note(measured, instrument, tags));
        listener.SetMeasurementEventCallback<int>((instrument, _, tags, _) => Note(measured, instrument, tags));
        listener.SetMeasurementEventCallback<long>((instrument, _, tags, _) => Note(measured, instrument, tags));
        listener.Start();
        var source = new MissingSource();
        await using ServiceProvider services = Services("dry", source, model => model.UseImageClassification());
        IEncodedPipeline pipeline = services.GetRequiredKeyedService<IEncodedPipeline>("dry");
        var runnable = (IDryRunnable)pipeline;

        IReadOnlyList<InferenceResult>? results = await runnable.DryRunAsync([runnable.SampleInput], Token);

        InferenceResult result = Assert.Single(results!);
        Assert.True(result.IsSuccess);
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            pipeline.WriteValue(result, writer);
        }

        using JsonDocument answer = JsonDocument.Parse(stream.ToArray());
        Assert.Equal(5, answer.RootElement.GetProperty("top").GetArrayLength());
        Assert.Equal(0, source.Loads);
        Assert.Empty(measured);
    }

    [Fact]
    public async Task DryRunAsync_LabelsFile_IsSkipped()
    {
        await using ServiceProvider services = Services(
            "labelled", new MissingSource(), model => model.UseImageClassification(options => options.LabelsFile = "own.txt"));
        IEncodedPipeline pipeline = services.GetRequiredKeyedService<IEncodedPipeline>("labelled");
        var runnable = (IDryRunnable)pipeline;

        Assert.Null(await runnable.DryRunAsync([runnable.SampleInput], Token));
    }

    [Fact]
    public async Task DryRunAsync_Detection_IsSkipped()
    {
        await using ServiceProvider services = Services("boxes", new MissingSource(), model => model.UseObjectDetection());
        IEncodedPipeline pipeline = services.GetRequiredKeyedService<IEncodedPipeline>("boxes");
        var runnable = (IDryRunnable)pipeline;

        Assert.Null(await runnable.DryRunAsync([runnable.SampleInput], Token));
    }

    private static ServiceProvider Services(string name, MissingSource source, Action<ModelBuilder> configure)
    {
        var services = new ServiceCollection();
        services.AddServerlessInference().AddModel(name, model => configure(model.From(from => from.Custom(_ => source))));
        return services.BuildServiceProvider();
    }

    private static void Note(List<string> measured, Instrument instrument, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        foreach (KeyValuePair<string, object?> tag in tags)
        {
            if (tag.Value is "dry")
            {
                measured.Add(instrument.Name);
            }
        }
    }

    private sealed class MissingSource : IModelSource
    {
        public int Loads { get; private set; }

        public string Description => "test:";

        public ValueTask<string> GetVersionAsync(CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public ValueTask<ModelArtifact> LoadAsync(CancellationToken cancellationToken = default)
        {
            Loads++;
            throw new NotSupportedException();
        }
    }
}
