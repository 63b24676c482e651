using System.Buffers;
using System.Diagnostics.Metrics;
using System.Text.Json;
using ServerlessInference.Lambda.Logging;

namespace ServerlessInference.Lambda.Metrics;

/// <summary>
/// Collects the library's measurements and writes them in CloudWatch's embedded metric format, one line per model. Thread-safe.
/// </summary>
internal sealed class EmbeddedMetrics : IDisposable
{
    private const string MeterName = "ServerlessInference";
    private const string LoadTime = "ModelLoadTime";

    /// <summary>The number of values of one metric that CloudWatch accepts in one line (embedded metric format specification).</summary>
    private const int MaxValuesPerLine = 100;

    private readonly Lock _gate = new();
    private readonly SortedDictionary<(string Model, string? Source), SortedDictionary<string, List<double>>> _models = [];
    private readonly string _namespace;
    private readonly string _function;
    private readonly long _created;
    private readonly LogSink _sink;
    private readonly TimeProvider _time;
    private readonly MeterListener _listener;

    /// <summary>Starts to listen to the library's instruments.</summary>
    /// <param name="metricNamespace">The namespace in CloudWatch.</param>
    /// <param name="function">The function's name; may be empty.</param>
    /// <param name="sink">Receives the lines.</param>
    /// <param name="time">The clock.</param>
    /// <param name="created">The timestamp at which the function's initialization began.</param>
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

    /// <summary>Writes everything that was measured since the last call.</summary>
    /// <param name="requestId">The request that has just been answered.</param>
    /// <param name="cold">Whether it was the first request of the environment.</param>
    public void Flush(string requestId, bool cold)
    {
        lock (_gate)
        {
            foreach (((string model, string? source), SortedDictionary<string, List<double>> metrics) in _models)
            {
                Write(Dimensions(model, source), metrics, requestId);
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

    private static KeyValuePair<string, string>[] Dimensions(string model, string? source) =>
        source is null ? [new("Model", model)] : [new("Model", model), new("Source", source)];

    private static string Unit(string metric) => metric.EndsWith("Time", StringComparison.Ordinal) ? "Milliseconds" : "Count";

    private static string? GetMetricName(Instrument instrument, string? stage) => instrument.Name switch
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

        if (model is null || GetMetricName(instrument, stage) is not { } name)
        {
            return;
        }

        // The load time depends on the source. The other metrics do not, so the source is not one of their dimensions.
        (string Model, string? Source) key = (model, name == LoadTime ? source : null);
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

            // The instruments measure in seconds, the metrics are in milliseconds.
            values.Add(Unit(name) == "Milliseconds" ? value * 1000 : value);
            if (values.Count == MaxValuesPerLine)
            {
                Write(Dimensions(model, key.Source), metrics, requestId: null);
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
