using Microsoft.Extensions.Logging;

namespace ServerlessInference.OpenTelemetry;

/// <summary>All log messages of this package, by event ID. docs/guides/logs-and-metrics.md lists them.</summary>
internal static partial class LogMessages
{
    public const string Category = "ServerlessInference.OpenTelemetry";

    [LoggerMessage(
        EventId = 140,
        Level = LogLevel.Warning,
        Message = "The collector did not take traces or metrics within {Milliseconds} ms; they are kept and sent later, and discarded if " +
            "too many are waiting")]
    public static partial void ExportTooSlow(ILogger logger, double milliseconds);
}
