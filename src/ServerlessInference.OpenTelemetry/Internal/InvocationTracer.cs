using System.Diagnostics;
using ServerlessInference.Lambda.Invocations;

namespace ServerlessInference.OpenTelemetry;

/// <summary>Creates the span of each invocation. Thread-safe.</summary>
/// <remarks>Source of names and attributes: OpenTelemetry's semantic conventions for AWS Lambda and function-as-a-service spans.</remarks>
internal sealed class InvocationTracer(LambdaEnvironment environment, TelemetryFlush flush) : IInvocationObserver, IDisposable
{
    public const string SourceName = "ServerlessInference.Lambda";

    private readonly ActivitySource _source = new(SourceName);
    private readonly string _name = environment.FunctionName is { Length: > 0 } name ? name : "function";
    private bool _hasSpans;

    public object? OnStarting(InvocationContext context, ReadOnlySpan<byte> payload, bool isFirst)
    {
        if (!_source.HasListeners())
        {
            return null;
        }

        TraceLinks links = TraceLinks.Read(payload);
        ActivityContext parent = links.Parent != default ? links.Parent
            : XRayHeader.TryParse(context.TraceId, out ActivityContext traced) ? traced
            : default;
        Activity? activity = _source.StartActivity(ActivityKind.Server, parent, tags: null, links.Records, name: _name);
        if (activity is null)
        {
            return null;
        }

        activity.SetTag("faas.invocation_id", context.RequestId);
        activity.SetTag("faas.coldstart", isFirst);
        if (context.InvokedFunctionArn is { Length: > 0 } arn)
        {
            activity.SetTag("aws.lambda.invoked_arn", arn);
            activity.SetTag("cloud.account.id", GetAccount(arn));
        }

        // Other hosts return as soon as the handler does, so OnProcessed has to export there.
        return new TracedInvocation(activity, context, exportsBeforeAnswer: context.HostContext is not null);
    }

    public void OnProcessed(object? state, in InvocationOutcome outcome)
    {
        if (state is not TracedInvocation traced)
        {
            return;
        }

        traced.Activity.SetTag("faas.trigger", outcome.Trigger);
        if (outcome.IsWarmup)
        {
            traced.Activity.SetTag("serverless_inference.warmup", true);
        }

        if (outcome.ErrorType is not null)
        {
            traced.Activity.SetTag("error.type", outcome.ErrorType);
            traced.Activity.SetStatus(ActivityStatusCode.Error);
        }

        traced.Activity.Dispose();
        Volatile.Write(ref _hasSpans, true);
        if (traced.ExportsBeforeAnswer)
        {
            flush.Run(traced.Context.RemainingTime);
        }
    }

    public ValueTask OnAnsweredAsync(InvocationContext context)
    {
        // With several invocations at a time the environment is not frozen between them, and the exporters' own thread exports.
        if (environment.MaxConcurrency == 1 && (flush.HasMetrics || Volatile.Read(ref _hasSpans)))
        {
            _hasSpans = false;
            flush.Run(context.RemainingTime);
        }

        return ValueTask.CompletedTask;
    }

    public void Dispose() => _source.Dispose();

    /// <summary>Gets the account from <c>arn:aws:lambda:REGION:ACCOUNT:function:NAME</c>.</summary>
    private static string? GetAccount(string arn)
    {
        const int AccountPart = 4;
        string[] parts = arn.Split(':');
        return parts.Length > AccountPart ? parts[AccountPart] : null;
    }
}
