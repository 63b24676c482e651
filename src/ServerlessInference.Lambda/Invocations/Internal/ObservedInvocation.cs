using Microsoft.Extensions.Logging;

namespace ServerlessInference.Lambda.Invocations;

/// <summary>The observer's view of one invocation. An exception of the observer is logged and does not reach the invocation.</summary>
internal sealed class ObservedInvocation(IInvocationObserver observer, ILogger logger)
{
    private object? _state;
    private string? _errorType;
    private bool _isWarmup;

    public void Start(Invocation invocation, bool isFirst)
    {
        try
        {
            _state = observer.OnStarting(invocation.Context, invocation.Payload.Span, isFirst);
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            LogMessages.ObserverFailed(logger, exception);
        }
    }

    public void WarmedUp() => _isWarmup = true;

    public void Failed(Failure failure) =>
        _errorType = failure.Status >= 500 || failure.Level >= LogLevel.Error ? failure.Error.Type : null;

    public void End(EventKind kind, bool isScheduled)
    {
        try
        {
            observer.OnProcessed(_state, new InvocationOutcome(GetTrigger(kind, isScheduled || _isWarmup), _errorType, _isWarmup));
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            LogMessages.ObserverFailed(logger, exception);
        }
    }

    private static string GetTrigger(EventKind kind, bool isScheduled) => kind switch
    {
        EventKind.HttpV1 or EventKind.HttpV2 or EventKind.LoadBalancer => "http",
        EventKind.S3 or EventKind.S3Test or EventKind.S3Batch or EventKind.S3EventBridge or EventKind.DynamoDb => "datasource",
        _ when isScheduled => "timer",
        EventKind.Sqs or EventKind.Sns or EventKind.S3InSqs or EventKind.Kinesis or EventKind.EventBridge => "pubsub",
        _ => "other",
    };
}
