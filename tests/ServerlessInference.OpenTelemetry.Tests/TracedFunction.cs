using System.Diagnostics;
using System.Text;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Trace;
using ServerlessInference.Lambda;
using ServerlessInference.Lambda.Tests.Runtime;

namespace ServerlessInference.OpenTelemetry.Tests;

/// <summary>
/// A function with tracing that answers events of a Runtime API until it is disposed. Its handler returns the event, and throws if the
/// event contains the word <c>fail</c>.
/// </summary>
/// <remarks>
/// Every listener of a process sees the activities of all functions in it, so tests with a listener are in one collection and run one after
/// another.
/// </remarks>
internal sealed class TracedFunction : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly FakeRuntimeApi _api = new();
    private readonly RecordedLog _log = new();
    private readonly InferenceFunction _function;
    private readonly Task _run;

    public TracedFunction(Action<TracerProviderBuilder> tracing, TimeSpan? flushTimeout = null, int concurrency = 1)
    {
        InferenceFunctionBuilder app = InferenceFunction.CreateBuilder([], _api.Environment(concurrency));
        app.Logging.ClearProviders().AddProvider(_log);
        app.UseOpenTelemetry(tracing, flushTimeout: flushTimeout);
        app.MapHandler((payload, _, _) =>
        {
            Current = Activity.Current;
            return Encoding.UTF8.GetString(payload.Span).Contains("fail", StringComparison.Ordinal)
                ? throw new NotSupportedException("As the test wants it.")
                : ValueTask.FromResult(payload);
        });
        _function = app.Build();
        _run = _function.RunAsync(_stop.Token);
    }

    /// <summary>Gets the activity that was current in the handler.</summary>
    public Activity? Current { get; private set; }

    public IReadOnlyCollection<string> Warnings => _log.Warnings;

    /// <summary>
    /// Starts a function whose spans are only exported when they are flushed: the exporter's own thread sleeps for an hour.
    /// </summary>
    public static TracedFunction Start(ICollection<Activity> exported, int concurrency = 1) => Start(
        new global::OpenTelemetry.Exporter.InMemoryExporter<Activity>(exported), concurrency: concurrency);

    public static TracedFunction Start(BaseExporter<Activity> exporter, TimeSpan? flushTimeout = null, int concurrency = 1) => new(
        tracing => tracing.AddProcessor(new BatchActivityExportProcessor(exporter, scheduledDelayMilliseconds: 3_600_000)),
        flushTimeout,
        concurrency);

    public Task<FakeRuntimeApi.Post> SendAsync(string payload, string? traceHeader = null) => _api.SendAsync(payload, @event =>
    {
        if (traceHeader is not null)
        {
            @event.Headers["Lambda-Runtime-Trace-Id"] = traceHeader;
        }
    });

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _run;
        await _function.DisposeAsync();
        await _api.DisposeAsync();
        _log.Dispose();
        _stop.Dispose();
    }
}
