using System.Diagnostics.Metrics;

namespace ServerlessInference.Lambda;

/// <summary>Counts cold starts and measures them, under the names of OpenTelemetry's conventions for functions.</summary>
/// <remarks>Recorded once, beside the first answer's way, so that no request waits for its instruments.</remarks>
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
        _meter.CreateHistogram<double>("faas.init_duration", "s", "From the program's beginning to its first event.").Record(initialization.TotalSeconds);
    }
}
