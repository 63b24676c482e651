using Microsoft.Extensions.Logging;

namespace ServerlessInference.Lambda.Invocations;

/// <summary>All log messages of this package, by event ID. docs/guides/logs-and-metrics.md lists them.</summary>
/// <remarks>The category is <see cref="Category"/> for all of them.</remarks>
internal static partial class LogMessages
{
    public const string Category = "ServerlessInference.Lambda";

    [LoggerMessage(EventId = 100, Message = "Answering an event of the kind {Event} failed ({ErrorType})")]
    public static partial void EventFailed(ILogger logger, LogLevel level, Exception exception, EventKind @event, string errorType);

    [LoggerMessage(EventId = 101, Level = LogLevel.Debug, Message = "Warmed up for {Sender}")]
    public static partial void WarmedUp(ILogger logger, string sender);

    [LoggerMessage(EventId = 102, Level = LogLevel.Critical, Message = "The function cannot be initialised")]
    public static partial void InitializationFailed(ILogger logger, Exception exception);

    [LoggerMessage(
        EventId = 103, Level = LogLevel.Warning, Message = "The models are not loaded after {Seconds} s; the first request waits for them")]
    public static partial void InitializationTooSlow(ILogger logger, double seconds);

    [LoggerMessage(
        EventId = 104,
        Level = LogLevel.Warning,
        Message = "The model {Model} could not be run before the first event; it is used nevertheless")]
    public static partial void AdvanceWarmUpFailed(ILogger logger, Exception exception, string model);

    [LoggerMessage(EventId = 105, Level = LogLevel.Error, Message = "A service of the invocation's scope could not be disposed")]
    public static partial void ScopeNotDisposed(ILogger logger, Exception exception);

    [LoggerMessage(EventId = 106, Level = LogLevel.Error, Message = "The observer of invocations failed; the answer is sent nevertheless")]
    public static partial void ObserverFailed(ILogger logger, Exception exception);

    [LoggerMessage(
        EventId = 110, Level = LogLevel.Error, Message = "Lambda did not accept the response to request {Request}: HTTP {Status}")]
    public static partial void ResponseRejected(ILogger logger, string request, int status);

    [LoggerMessage(
        EventId = 119,
        Level = LogLevel.Error,
        Message = "{Count} records are reported as failed, because the answer would be longer than Lambda's {Bytes} bytes; " +
            "reduce the buffer size of the Firehose stream's transformation")]
    public static partial void RecordsDoNotFit(ILogger logger, int count, string bytes);

    [LoggerMessage(EventId = 120, Level = LogLevel.Warning, Message = "Record {Record} is invalid: {Reason}")]
    public static partial void RecordInvalid(ILogger logger, Exception? exception, string record, string reason);

    [LoggerMessage(EventId = 121, Level = LogLevel.Error, Message = "The result of record {Record} could not be written")]
    public static partial void ResultNotWritten(ILogger logger, Exception exception, string record);

    [LoggerMessage(
        EventId = 122,
        Level = LogLevel.Error,
        Message = "The time ran out, or the batch ended, before record {Record}; it and later records will be redelivered")]
    public static partial void RecordNotReached(ILogger logger, string record);

    [LoggerMessage(EventId = 123, Level = LogLevel.Error, Message = "The input of record {Record} could not be fetched")]
    public static partial void RecordInputNotFetched(ILogger logger, Exception exception, string record);

    [LoggerMessage(EventId = 124, Level = LogLevel.Error, Message = "Record {Record} could not be answered")]
    public static partial void RecordFailed(ILogger logger, Exception exception, string record);

    [LoggerMessage(EventId = 125, Level = LogLevel.Error, Message = "The result of record {Record} cannot be written as JSON")]
    public static partial void ResultNotSerialized(ILogger logger, Exception exception, string record);

    [LoggerMessage(
        EventId = 126, Level = LogLevel.Error, Message = "The time ran out while record {Record} and those after it were processed")]
    public static partial void RecordTimedOut(ILogger logger, string record);

    [LoggerMessage(EventId = 127, Level = LogLevel.Error, Message = "The input that a request names could not be fetched")]
    public static partial void RequestInputNotFetched(ILogger logger, Exception exception);

    [LoggerMessage(EventId = 128, Level = LogLevel.Error, Message = "Message {Record} is refused: {Reason}")]
    public static partial void MessageRefused(ILogger logger, string record, string reason);

    [LoggerMessage(
        EventId = 129, Level = LogLevel.Information, Message = "The event ({Event}) is about no new object, so there was nothing to do")]
    public static partial void NothingToDo(ILogger logger, EventKind @event);
}
