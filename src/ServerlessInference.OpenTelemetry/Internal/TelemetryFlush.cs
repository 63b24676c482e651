using Microsoft.Extensions.Logging;

namespace ServerlessInference.OpenTelemetry;

/// <summary>Exports after an answer, and waits less and less often for a collector that does not keep up. Thread-safe.</summary>
/// <param name="telemetry">What is exported.</param>
/// <param name="timeout">How long exporting may take.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Receives one record when exporting begins to take too long.</param>
internal sealed class TelemetryFlush(FunctionTelemetry telemetry, TimeSpan timeout, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan _firstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan _longestPause = TimeSpan.FromMinutes(1);

    // What is kept free of an invocation's time, so that exporting does not make it time out.
    private static readonly TimeSpan _margin = TimeSpan.FromMilliseconds(100);

    private readonly Lock _gate = new();
    private TimeSpan _pause;
    private long _pausedAt;

    /// <summary>Gets a value indicating whether there is something to export after an invocation without a span.</summary>
    public bool HasMetrics => telemetry.HasMetrics;

    /// <summary>Exports what was collected, unless a pause is on or no time is left.</summary>
    /// <param name="remaining">The time that is left of the invocation.</param>
    public void Run(TimeSpan remaining)
    {
        lock (_gate)
        {
            TimeSpan budget = remaining - _margin < timeout ? remaining - _margin : timeout;
            if (budget <= TimeSpan.Zero || (_pause > TimeSpan.Zero && time.GetElapsedTime(_pausedAt) < _pause))
            {
                return;
            }

            if (telemetry.Flush(budget, time))
            {
                _pause = TimeSpan.Zero;
                return;
            }

            if (_pause == TimeSpan.Zero)
            {
                LogMessages.ExportTooSlow(logger, budget.TotalMilliseconds);
            }

            _pause = _pause == TimeSpan.Zero ? _firstPause : _pause * 2 < _longestPause ? _pause * 2 : _longestPause;
            _pausedAt = time.GetTimestamp();
        }
    }
}
