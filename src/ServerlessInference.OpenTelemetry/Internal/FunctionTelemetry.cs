using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using ServerlessInference.Lambda.Invocations;

namespace ServerlessInference.OpenTelemetry;

/// <summary>The providers of a function's traces and metrics. Thread-safe.</summary>
internal sealed class FunctionTelemetry : IDisposable
{
    /// <summary>The name of the library's activity source and meter.</summary>
    private const string Library = "ServerlessInference";

    private const int BytesPerMegabyte = 1_048_576;

    private readonly TracerProvider _tracing;
    private readonly MeterProvider? _metrics;

    private FunctionTelemetry(TracerProvider tracing, MeterProvider? metrics)
    {
        _tracing = tracing;
        _metrics = metrics;
    }

    public static FunctionTelemetry Create(
        LambdaEnvironment environment, Action<TracerProviderBuilder> tracing, Action<MeterProviderBuilder>? metrics)
    {
        ResourceBuilder resource = Describe(environment, Environment.GetEnvironmentVariable);
        TracerProviderBuilder tracer = Sdk.CreateTracerProviderBuilder()
            .SetResourceBuilder(resource)
            .AddSource(Library)
            .AddSource(InvocationTracer.SourceName)
            .AddProcessor(new ModelSpanProcessor());
        tracing(tracer);
        MeterProvider? meter = null;
        if (metrics is not null)
        {
            MeterProviderBuilder builder = Sdk.CreateMeterProviderBuilder().SetResourceBuilder(resource).AddMeter(Library);
            metrics(builder);
            meter = builder.Build();
        }

        return new FunctionTelemetry(tracer.Build(), meter);
    }

    /// <summary>Gets a value indicating whether metrics are exported, which every invocation has.</summary>
    public bool HasMetrics => _metrics is not null;

    /// <summary>Exports what was collected.</summary>
    /// <param name="timeout">How long it may take in all.</param>
    /// <param name="time">The clock.</param>
    /// <returns>Whether everything was handed to the exporters in time.</returns>
    public bool Flush(TimeSpan timeout, TimeProvider time)
    {
        long start = time.GetTimestamp();
        bool done = _tracing.ForceFlush(ToMilliseconds(timeout));
        if (_metrics is not null)
        {
            done &= _metrics.ForceFlush(ToMilliseconds(timeout - time.GetElapsedTime(start)));
        }

        return done;
    }

    public void Dispose()
    {
        _tracing.Dispose();
        _metrics?.Dispose();
    }

    /// <summary>
    /// Describes the function with the resource attributes of the semantic conventions for cloud and function-as-a-service.
    /// </summary>
    internal static ResourceBuilder Describe(LambdaEnvironment environment, Func<string, string?> variable)
    {
        var attributes = new List<KeyValuePair<string, object>>
        {
            new("cloud.provider", "aws"),
            new("cloud.platform", "aws_lambda"),
            new("faas.name", environment.FunctionName),
            new("faas.version", environment.FunctionVersion),
        };
        if (environment.MemorySize > 0)
        {
            attributes.Add(new("faas.max_memory", (long)environment.MemorySize * BytesPerMegabyte));
        }

        if (variable("AWS_REGION") is { Length: > 0 } region)
        {
            attributes.Add(new("cloud.region", region));
        }

        if (variable("AWS_LAMBDA_LOG_STREAM_NAME") is { Length: > 0 } stream)
        {
            attributes.Add(new("faas.instance", stream));
        }

        // OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES come last, so they have the last word.
        return ResourceBuilder.CreateEmpty()
            .AddTelemetrySdk()
            .AddService(environment.FunctionName is { Length: > 0 } name ? name : "function", autoGenerateServiceInstanceId: false)
            .AddAttributes(attributes)
            .AddEnvironmentVariableDetector();
    }

    private static int ToMilliseconds(TimeSpan time) => time <= TimeSpan.Zero ? 0 : (int)Math.Ceiling(time.TotalMilliseconds);
}
