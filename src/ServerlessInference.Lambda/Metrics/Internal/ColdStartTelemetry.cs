using System.Diagnostics.Metrics;

namespace ServerlessInference.Lambda.Metrics;

/// <summary>Counts and measures cold starts, with the names of OpenTelemetry's semantic conventions for functions.</summary>
/// <remarks>It is recorded once, on another thread, so that the first request does not wait for the instruments to be created.</remarks>
internal sealed class ColdStartTelemetry : IDisposable
{
    private readonly Meter _meter = new("ServerlessInference");

    public static void RecordInBackground(TimeSpan initialization, Action<ColdStartTelemetry> keep) => ThreadPool.UnsafeQueueUserWorkItem(
        static state =>
        {
            var telemetry = new ColdStartTelemetry();
            state.keep(telemetry);
            telemetry.Record(state.initialization);
        },
        (initialization, keep),
        preferLocal: false);

    public void Dispose() => _meter.Dispose();

    private void Record(TimeSpan initialization)
    {
        _meter.CreateCounter<long>("faas.coldstarts", "{coldstart}", "Environments that were started.").Add(1);
        _meter.CreateHistogram<double>("faas.init_duration", "s", "From the start of the program to its first event.")
            .Record(initialization.TotalSeconds);
    }
}
