using System.Text.Json;
using Microsoft.Extensions.Logging;
using ServerlessInference.Warmup;

namespace ServerlessInference.Lambda;

/// <summary>Takes an event from its bytes to its answer: recognise it, warm up or route it, turn what goes wrong into an answer.</summary>
/// <remarks>Thread-safe: one serves all loops. What belongs to an invocation is in the <see cref="Invocation"/>.</remarks>
internal sealed partial class InvocationProcessor(
    FunctionServices services, IReadOnlyList<IEventRoute> routes, WarmupResponder warmup, InvocationScope scope, long created) : IDisposable
{
    private ILogger? _logger;
    private ColdStartTelemetry? _coldStart;
    private int _invocations;

    /// <summary>The loading of models that still went on when the function's time to initialise was over.</summary>
    public Task Preloading = Task.CompletedTask;

    /// <summary>What writes metrics after each invocation; <see langword="null"/> for nothing.</summary>
    public EmbeddedMetrics? Metrics;

    /// <summary>What answers the events of schedules, before all other routes; <see langword="null"/> where they are warm-ups, or events like others.</summary>
    public IEventRoute? Scheduled;

    public ILogger Logger => _logger ??= services.CreateLogger("ServerlessInference.Lambda");

    public async ValueTask ProcessAsync(Invocation invocation, InvocationDeadline deadline, CancellationToken caller = default)
    {
        InvocationContext context = invocation.Context;
        context.Begin(services);
        if (!invocation.Rehearsal)
        {
            services.Phase.Begin();
        }

        scope.RequestId = invocation.Rehearsal ? null : context.RequestId;
        invocation.Error = null;
        IEventRoute? route = null;
        bool plain = false;
        EventKind kind = EventKind.Unknown;
        bool first = !invocation.Rehearsal && Volatile.Read(ref _invocations) == 0 && Interlocked.Exchange(ref _invocations, 1) == 0;
        if (first && services.HasModels)
        {
            ColdStartTelemetry.RecordInBackground(services.Time.GetElapsedTime(created), telemetry => Volatile.Write(ref _coldStart, telemetry));
        }

        try
        {
            CancellationToken token = deadline.Begin(context.Deadline, caller);
            plain = IsPlain(invocation.Payload.Span);
            kind = plain ? EventKind.Unknown : Recognize(invocation.Payload.Span);
            if (!Preloading.IsCompleted)
            {
                // Known already here, so that a caller over HTTP gets a 504 where the models take too long.
                route = Find(kind);
                if (route?.CanAnswerWithoutModels(invocation) != true)
                {
                    await Preloading.WaitAsync(token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                    token.ThrowIfCancellationRequested();
                }
            }

            if (!plain && warmup.TryDetect(kind, invocation.Payload.Span, context.ClientContext, out WarmupRequest request))
            {
                await warmup.AnswerAsync(request, invocation, first, token).ConfigureAwait(false);
                LogWarm(Logger, request.Sender);
            }
            else
            {
                route = Scheduled is not null && kind == EventKind.EventBridge && IsScheduled(invocation.Payload.Span) ? Scheduled : Find(kind) ?? throw Unmapped(kind);
                await route.HandleAsync(invocation, kind, token).ConfigureAwait(false);
            }
        }
        catch (Exception exception) when (!(exception is OperationCanceledException && caller.IsCancellationRequested))
        {
            Fail(invocation, route, kind, Failure.Of(exception, deadline.Reached, context.RequestId));
        }
        finally
        {
            if (deadline.End())
            {
                // This may be the thread that calls one after the other all that heed the token. It goes on with that, rather than with the next event.
                await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
            }

            ValueTask ended = context.EndAsync();
            if (!ended.IsCompletedSuccessfully)
            {
                await EndAsync(ended).ConfigureAwait(false);
            }

            if (Metrics is not null && !invocation.Rehearsal)
            {
                Metrics.Flush(context.RequestId, first);
            }

            scope.RequestId = null;
        }
    }

    public void Dispose()
    {
        Metrics?.Dispose();
        Volatile.Read(ref _coldStart)?.Dispose();
    }

    /// <summary>
    /// Whether an event's kind makes no difference: one handler takes the bytes of all events, and this one can be no warm-up. Then nothing
    /// of it is read, and a first event does not wait for a reader of JSON.
    /// </summary>
    private bool IsPlain(ReadOnlySpan<byte> payload) =>
        routes.Count == 1 && Scheduled is null && routes[0] is RawHandlerRoute && !payload.IsEmpty && warmup.IsNever(payload);

    /// <summary>Waits for the end of the invocation's own services. There is an answer already, so one that cannot be disposed is the log's business.</summary>
    private async ValueTask EndAsync(ValueTask ended)
    {
        try
        {
            await ended.ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            LogNotDisposed(Logger, exception);
        }
    }

    private static EventKind Recognize(ReadOnlySpan<byte> payload)
    {
        if (payload.IsEmpty)
        {
            throw new InvalidInputException("The event is empty; a JSON value was expected.");
        }

        try
        {
            return EventShape.Read(payload);
        }
        catch (JsonException exception)
        {
            throw new InvalidInputException(
                $"The event is no JSON: trouble at line {exception.LineNumber + 1}, byte {exception.BytePositionInLine + 1}.");
        }
        catch (InvalidOperationException)
        {
            throw EventJson.NoText();
        }
    }

    private static bool IsScheduled(ReadOnlySpan<byte> payload)
    {
        var members = default(WarmupMembers);
        try
        {
            return members.TryReadAll(payload) && members is { FromAws: true, IsScheduled: true };
        }
        catch (InvalidOperationException)
        {
            // A text in it is none; no schedule sends that.
            return false;
        }
    }

    private IEventRoute? Find(EventKind kind)
    {
        foreach (IEventRoute route in routes)
        {
            if (route.CanHandle(kind))
            {
                return route;
            }
        }

        return null;
    }

    private InvalidInputException Unmapped(EventKind kind) =>
        new(
            InvalidInputKind.Unprocessable,
            $"The event was recognised as {EventShape.Describe(kind)}, and nothing is mapped for it. Mapped: " +
            (routes.Count == 0 ? "nothing" : string.Join("; ", routes.Select(route => route.Description))) +
            ". Map it with one of the builder's Map methods, or with MapHandler, which takes any event.");

    private void Fail(Invocation invocation, IEventRoute? route, EventKind kind, Failure failure)
    {
        // What a rehearsal cannot do, the first event does.
        LogFailed(Logger, invocation.Rehearsal ? LogLevel.Debug : failure.Level, failure.Exception, kind, failure.Error.Type);
        if (route is null || !route.TryAnswerFailure(invocation, kind, failure))
        {
            ErrorJson.Write(invocation, failure.Error);
        }
    }

    [LoggerMessage(EventId = 100, Message = "Answering an event of the kind {Event} failed ({ErrorType})")]
    private static partial void LogFailed(ILogger logger, LogLevel level, Exception exception, EventKind @event, string errorType);

    [LoggerMessage(EventId = 105, Level = LogLevel.Error, Message = "A service of the invocation's scope could not be disposed")]
    private static partial void LogNotDisposed(ILogger logger, Exception exception);

    [LoggerMessage(EventId = 101, Level = LogLevel.Debug, Message = "Warmed up for {Sender}")]
    private static partial void LogWarm(ILogger logger, string sender);
}
