using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace ServerlessInference.Diagnostics;

/// <summary>
/// The activities and metrics of this library: an <see cref="ActivitySource"/> and a <see cref="Meter"/>, both named
/// <c>ServerlessInference</c>.
/// </summary>
/// <remarks>One per service container. Durations are in seconds, following the conventions of OpenTelemetry. Thread-safe.</remarks>
internal sealed class InferenceTelemetry : IDisposable
{
    public const string Name = "ServerlessInference";

    private readonly Meter _meter;
    private readonly Histogram<double> _load;
    private readonly Histogram<double> _stage;
    private readonly Histogram<int> _batch;
    private readonly Counter<long> _failures;
    private readonly Counter<long> _replacements;
    private readonly Counter<long> _failedReplacements;
    private readonly Counter<long> _evictions;

    public InferenceTelemetry()
    {
        Activities = new ActivitySource(Name);
        _meter = new Meter(Name);
        _load = _meter.CreateHistogram<double>(
            "serverless_inference.model.load.duration", "s", "Time to load a model, source and session together.");
        _stage = _meter.CreateHistogram<double>("serverless_inference.stage.duration", "s", "Time of one stage of a request.");
        _batch = _meter.CreateHistogram<int>("serverless_inference.batch.size", "{input}", "Inputs answered by one run of a model.");
        _failures = _meter.CreateCounter<long>("serverless_inference.failures", "{input}", "Inputs that were not answered.");
        _replacements = _meter.CreateCounter<long>(
            "serverless_inference.model.replacements", "{model}", "New versions that replaced an old one.");
        _failedReplacements = _meter.CreateCounter<long>(
            "serverless_inference.model.replacement.failures", "{attempt}", "Failed attempts to find or load a new version; the old one " +
                "stayed in use.");
        _evictions = _meter.CreateCounter<long>("serverless_inference.model.evictions", "{model}", "Models that were unloaded because " +
            "memory was needed.");
    }

    public ActivitySource Activities { get; }

    public void Loaded(ModelIdentity model, TimeSpan elapsed)
    {
        if (_load.Enabled)
        {
            _load.Record(elapsed.TotalSeconds, Tags(model));
        }
    }

    public void Ran(ModelIdentity model, int inputs, in InferenceTimings timings)
    {
        if (!_stage.Enabled && !_batch.Enabled)
        {
            return;
        }

        TagList tags = Tags(model);
        _batch.Record(inputs, tags);
        tags.Add("stage", "preprocessing");
        _stage.Record(timings.Preprocessing.TotalSeconds, tags);
        tags[tags.Count - 1] = new("stage", "inference");
        _stage.Record(timings.Inference.TotalSeconds, tags);
        tags[tags.Count - 1] = new("stage", "postprocessing");
        _stage.Record(timings.Postprocessing.TotalSeconds, tags);
    }

    public void LoadFailed(string model, Exception error, TimeSpan elapsed)
    {
        if (_load.Enabled)
        {
            _load.Record(elapsed.TotalSeconds, new TagList { { "model", model }, { "error.type", error.GetType().Name } });
        }
    }

    public void Failed(string model, Exception error, int inputs = 1)
    {
        if (_failures.Enabled && inputs > 0)
        {
            _failures.Add(inputs, new TagList { { "model", model }, { "error.type", error.GetType().Name } });
        }
    }

    public void Replaced(ModelIdentity model)
    {
        if (_replacements.Enabled)
        {
            _replacements.Add(1, Tags(model));
        }
    }

    public void ReplacementFailed(string model, Exception error)
    {
        if (_failedReplacements.Enabled)
        {
            _failedReplacements.Add(1, new TagList { { "model", model }, { "error.type", error.GetType().Name } });
        }
    }

    public void Evicted(ModelIdentity model)
    {
        if (_evictions.Enabled)
        {
            _evictions.Add(1, Tags(model));
        }
    }

    public void Dispose()
    {
        Activities.Dispose();
        _meter.Dispose();
    }

    private static TagList Tags(ModelIdentity model) =>
        new() { { "model", model.Name }, { "model.version", model.Version }, { "model.source", model.Source } };
}
