using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;
using ServerlessInference.Lambda;
using ServerlessInference.Lambda.Invocations;
using ServerlessInference.OpenTelemetry;

namespace ServerlessInference;

/// <summary>Adds OpenTelemetry to a function.</summary>
public static class OpenTelemetryFunctionExtensions
{
    /// <summary>The default of the time that exporting may take after an answer.</summary>
    private static readonly TimeSpan _defaultFlushTimeout = TimeSpan.FromMilliseconds(250);

    /// <summary>
    /// Creates a span for each invocation, and exports spans and metrics after the answer was sent and before Lambda freezes the
    /// environment.
    /// </summary>
    /// <param name="app">The function.</param>
    /// <param name="tracing">
    /// Adds exporters, a sampler and further sources. The library's own source, the function's resource attributes and the attributes
    /// <c>gen_ai.*</c> are there already.
    /// </param>
    /// <param name="metrics">Adds exporters for the library's metrics; <see langword="null"/>, the default, exports no metrics.</param>
    /// <param name="flushTimeout">
    /// How long exporting may take after an answer; 250 milliseconds if it is <see langword="null"/>. Never longer than the time that is
    /// left of the invocation. Spans that were not exported in time are exported after a later invocation.
    /// </param>
    /// <returns>The builder.</returns>
    /// <remarks>
    /// <para>The span has the function's name and the kind Server. Its parent is the <c>traceparent</c> of an HTTP request, otherwise the
    /// X-Ray trace of the invocation if X-Ray samples it, otherwise none. Records of SQS and SNS that carry a trace
    /// (<c>AWSTraceHeader</c> or <c>traceparent</c>) become links.</para>
    /// <para>Attributes: <c>faas.invocation_id</c>, <c>faas.trigger</c>, <c>faas.coldstart</c>, <c>aws.lambda.invoked_arn</c>,
    /// <c>cloud.account.id</c>, and <c>error.type</c> if the function failed. Source: OpenTelemetry's semantic conventions for AWS
    /// Lambda.</para>
    /// <para>If a collector does not accept the data in time, exporting is not waited for again for one second, then two, up to one minute,
    /// so that it does not slow down every invocation. An environment that serves several invocations at a time is not frozen between them,
    /// so there nothing is waited for.</para>
    /// <para>Two functions in one process, as in tests, export each other's spans, because listeners to activities belong to the
    /// process.</para>
    /// <para>In another host than this library's, exporting takes place before the answer is sent, since nothing runs after it.</para>
    /// </remarks>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="flushTimeout"/> is negative or above one minute.</exception>
    /// <example>
    /// <code>
    /// var app = InferenceFunction.CreateBuilder(args);
    /// app.UseOpenTelemetry(tracing => tracing.AddOtlpExporter()); // of the package OpenTelemetry.Exporter.OpenTelemetryProtocol
    /// </code>
    /// </example>
    public static InferenceFunctionBuilder UseOpenTelemetry(
        this InferenceFunctionBuilder app,
        Action<TracerProviderBuilder> tracing,
        Action<MeterProviderBuilder>? metrics = null,
        TimeSpan? flushTimeout = null)
    {
        ArgumentNullException.ThrowIfNull(app);
        ArgumentNullException.ThrowIfNull(tracing);
        TimeSpan timeout = flushTimeout ?? _defaultFlushTimeout;
        ArgumentOutOfRangeException.ThrowIfLessThan(timeout, TimeSpan.Zero, nameof(flushTimeout));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(timeout, TimeSpan.FromMinutes(1), nameof(flushTimeout));
        LambdaEnvironment environment = app.Environment;
        app.Services.AddSingleton(_ => FunctionTelemetry.Create(environment, tracing, metrics));
        app.Services.AddSingleton<IInvocationObserver>(services => new InvocationTracer(
            environment,
            new TelemetryFlush(
                services.GetRequiredService<FunctionTelemetry>(),
                timeout,
                services.GetService<TimeProvider>() ?? TimeProvider.System,
                services.GetRequiredService<ILoggerFactory>().CreateLogger(LogMessages.Category))));
        return app;
    }
}
