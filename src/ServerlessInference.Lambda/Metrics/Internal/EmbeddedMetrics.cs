using System.Buffers;
using System.Diagnostics.Metrics;
using System.Text.Json;

namespace ServerlessInference.Lambda;

/// <summary>Collects what the library measures and writes it in CloudWatch's embedded metric format, a line for each model. Thread-safe.</summary>
internal sealed class EmbeddedMetrics : IDisposable
{
    private const string MeterName = "ServerlessInference";
    private const string LoadTime = "ModelLoadTime";

    /// <summary>The most values that CloudWatch takes of one metric in one line (embedded metric format specification).</summary>
    private const int MostValues = 100;

    private readonly Lock _gate = new();
    private readonly SortedDictionary<(string Model, string? Source), SortedDictionary<string, List<double>>> _models = [];
    private readonly string _namespace;
    private readonly string _function;
    private readonly long _created;
    private readonly LogSink _sink;
    private readonly TimeProvider _time;
    private readonly MeterListener _listener;

    /// <summary>Begins to listen.</summary>
    /// <param name="metricNamespace">The namespace in CloudWatch.</param>
    /// <param name="function">The function's name; may be empty.</param>
    /// <param name="sink">Takes the lines.</param>
    /// <param name="time">The clock.</param>
    /// <param name="created">The time stamp at which the function's initialisation began.</param>
    public EmbeddedMetrics(string metricNamespace, string function, LogSink sink, TimeProvider time, long created)
    {
        _namespace = metricNamespace;
        _function = function;
        _created = created;
        _sink = sink;
        _time = time;
        _listener = new MeterListener
        {
            InstrumentPublished = static (instrument, listener) =>
            {
                if (instrument.Meter.Name == MeterName)
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            },
        };
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Take(instrument, value, tags));
        _listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Take(instrument, value, tags));
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Take(instrument, value, tags));
        _listener.Start();
    }

    /// <summary>Writes what was measured since the last time.</summary>
    /// <param name="requestId">The request that has just been answered.</param>
    /// <param name="cold">Whether it was the environment's first.</param>
    public void Flush(string requestId, bool cold)
    {
        lock (_gate)
        {
            foreach (((string model, string? source), SortedDictionary<string, List<double>> metrics) in _models)
            {
                Write(source is null ? [new("Model", model)] : [new("Model", model), new("Source", source)], metrics, requestId);
            }

            _models.Clear();
            if (cold)
            {
                var start = new SortedDictionary<string, List<double>>(StringComparer.Ordinal)
                {
                    ["ColdStart"] = [1],
                    ["ColdStartTime"] = [_time.GetElapsedTime(_created).TotalMilliseconds],
                };
                Write([new("FunctionName", _function.Length > 0 ? _function : "unknown")], start, requestId);
            }
        }
    }

    public void Dispose() => _listener.Dispose();

    private static string Unit(string metric) => metric.EndsWith("Time", StringComparison.Ordinal) ? "Milliseconds" : "Count";

    private static string? NameOf(Instrument instrument, string? stage) => instrument.Name switch
    {
        "serverless_inference.model.load.duration" => LoadTime,
        "serverless_inference.batch.size" => "BatchSize",
        "serverless_inference.failures" => "Failures",
        "serverless_inference.model.replacements" => "ModelReplacements",
        "serverless_inference.model.replacement.failures" => "ModelReplacementFailures",
        "serverless_inference.model.evictions" => "ModelEvictions",
        "serverless_inference.stage.duration" => stage switch
        {
            "preprocessing" => "PreprocessingTime",
            "inference" => "InferenceTime",
            "postprocessing" => "PostprocessingTime",
            _ => null,
        },
        _ => null,
    };

    private void Take(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        string? model = null, stage = null, source = null;
        foreach (KeyValuePair<string, object?> tag in tags)
        {
            if (tag.Key == "model")
            {
                model = tag.Value as string;
            }
            else if (tag.Key == "stage")
            {
                stage = tag.Value as string;
            }
            else if (tag.Key == "model.source")
            {
                source = tag.Value as string;
            }
        }

        if (model is null || NameOf(instrument, stage) is not { } name)
        {
            return;
        }

        // How long loading takes is a matter of the source; what follows is not.
        (string, string?) key = (model, name == LoadTime ? source : null);
        lock (_gate)
        {
            if (!_models.TryGetValue(key, out SortedDictionary<string, List<double>>? metrics))
            {
                _models[key] = metrics = new SortedDictionary<string, List<double>>(StringComparer.Ordinal);
            }

            if (!metrics.TryGetValue(name, out List<double>? values))
            {
                metrics[name] = values = [];
            }

            // The instruments measure seconds, CloudWatch knows none finer than milliseconds.
            values.Add(Unit(name) == "Milliseconds" ? value * 1000 : value);
            if (values.Count == MostValues)
            {
                Write(key.Item2 is null ? [new("Model", model)] : [new("Model", model), new("Source", key.Item2)], metrics, requestId: null);
                metrics.Clear();
            }
        }
    }

    private void Write(KeyValuePair<string, string>[] dimensions, SortedDictionary<string, List<double>> metrics, string? requestId)
    {
        if (metrics.Count == 0)
        {
            return;
        }

        var buffer = new ArrayBufferWriter<byte>(512);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteStartObject("_aws"u8);
            writer.WriteNumber("Timestamp"u8, _time.GetUtcNow().ToUnixTimeMilliseconds());
            writer.WriteStartArray("CloudWatchMetrics"u8);
            writer.WriteStartObject();
            writer.WriteString("Namespace"u8, _namespace);
            writer.WriteStartArray("Dimensions"u8);
            writer.WriteStartArray();
            foreach ((string dimension, _) in dimensions)
            {
                writer.WriteStringValue(dimension);
            }

            writer.WriteEndArray();
            writer.WriteEndArray();
            writer.WriteStartArray("Metrics"u8);
            foreach (string name in metrics.Keys)
            {
                writer.WriteStartObject();
                writer.WriteString("Name"u8, name);
                writer.WriteString("Unit"u8, Unit(name));
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
            writer.WriteEndArray();
            writer.WriteEndObject();
            foreach ((string dimension, string value) in dimensions)
            {
                writer.WriteString(dimension, value);
            }

            if (requestId is not null)
            {
                writer.WriteString("RequestId"u8, requestId);
            }

            foreach ((string name, List<double> values) in metrics)
            {
                writer.WriteStartArray(name);
                foreach (double value in values)
                {
                    writer.WriteNumberValue(value);
                }

                writer.WriteEndArray();
            }

            writer.WriteEndObject();
        }

        buffer.Write("\n"u8);
        _sink.WriteRaw(buffer.WrittenSpan);
    }
}
