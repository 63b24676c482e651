using System.Text.Json;
using Microsoft.Extensions.Logging;
using ServerlessInference.Lambda.Invocations;
using ServerlessInference.Lambda.Logging;
using ServerlessInference.Lambda.Metrics;
using ServerlessInference.Lambda.Warmup;

namespace ServerlessInference.Lambda.Events;

/// <summary>
/// Takes an event from its bytes to its answer: recognises its kind, answers it as a warm-up or by a route, and turns an exception into an
/// answer.
/// </summary>
/// <remarks>
/// <para>Thread-safe: one instance serves all polling loops. The state of an invocation is in its <see cref="Invocation"/>.</para>
/// <para>The order in which an invocation is processed:</para>
/// <list type="number">
/// <item><description>Its deadline starts. From here on, whatever fails is answered.</description></item>
/// <item><description>Its kind is recognised from its first members, unless the kind makes no difference.</description></item>
/// <item><description>If models are still loading because the initialization took too long, it waits for them, unless it does not need
/// any.</description></item>
/// <item><description>A warm-up is answered here; every other event is handled by its route.</description></item>
/// <item><description> The deadline's timer stops before anything else ends, so that it cannot cancel the next invocation, which reuses its
/// token source. Then the invocation's services are disposed, the observer is told, and the metrics are written. Only then does the polling
/// loop send the response: Lambda may freeze the process as soon as it has it.</description></item>
/// </list>
/// </remarks>
internal sealed class InvocationProcessor(
    FunctionServices services, IReadOnlyList<IEventRoute> routes, WarmupResponder warmup, InvocationScope scope, long created) : IDisposable
{
    private ILogger? _logger;
    private ColdStartTelemetry? _coldStart;
    private int _invocations;

    /// <summary>The loading of models that was not finished when the time for the initialization was over.</summary>
    public Task Preloading = Task.CompletedTask;

    /// <summary>Writes metrics after each invocation; <see langword="null"/> if the function writes none.</summary>
    public EmbeddedMetrics? Metrics;

    /// <summary>Observes the invocations; <see langword="null"/> if the application registered no observer.</summary>
    public IInvocationObserver? Observer;

    /// <summary>
    /// Answers scheduled events before all other routes; <see langword="null"/> if scheduled events are warm-ups, or are treated like other
    /// events.
    /// </summary>
    public IEventRoute? Scheduled;

    public ILogger Logger => _logger ??= services.CreateLogger(LogMessages.Category);

    public async ValueTask ProcessAsync(Invocation invocation, InvocationDeadline deadline, CancellationToken caller = default)
    {
        InvocationContext context = invocation.Context;
        bool isFirst = Begin(invocation);
        IEventRoute? route = null;
        EventKind kind = EventKind.Unknown;
        ObservedInvocation? observed = Observer is null || invocation.IsDryRun ? null : new ObservedInvocation(Observer, Logger);
        observed?.Start(invocation, isFirst);
        try
        {
            CancellationToken token = deadline.Begin(context.Deadline, caller);
            bool isOpaque = IsOpaque(invocation.Payload.Span);
            kind = isOpaque ? EventKind.Unknown : Recognize(invocation.Payload.Span);
            if (!Preloading.IsCompleted)
            {
                // The route is found before the wait, so that an HTTP caller gets a 504 if the models take too long.
                route = Find(kind);
                await WaitForModelsAsync(route, invocation, token).ConfigureAwait(false);
            }

            if (!isOpaque && warmup.TryDetect(kind, invocation.Payload.Span, context.ClientContext, out WarmupRequest request))
            {
                await warmup.AnswerAsync(request, invocation, isFirst, token).ConfigureAwait(false);
                LogMessages.WarmedUp(Logger, request.Sender);
                observed?.WarmedUp();
            }
            else
            {
                route = SelectRoute(kind, invocation.Payload.Span);
                await route.HandleAsync(invocation, kind, token).ConfigureAwait(false);
            }
        }
        catch (Exception exception) when (!(exception is OperationCanceledException && caller.IsCancellationRequested))
        {
            Failure failure = Failure.FromException(exception, deadline.IsReached, context.RequestId);
            observed?.Failed(failure);
            Fail(invocation, route, kind, failure);
        }
        finally
        {
            if (deadline.End())
            {
                // The timer's thread calls all callbacks of the token one after another, and one of them may have continued here. Yielding
                // lets the thread go on to the next callback, rather than process the next event first.
                await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
            }

            ValueTask disposal = context.EndAsync();
            if (!disposal.IsCompletedSuccessfully)
            {
                await AwaitDisposalAsync(disposal).ConfigureAwait(false);
            }

            observed?.End(kind, isScheduled: route is not null && route == Scheduled);
            if (Metrics is not null && !invocation.IsDryRun)
            {
                Metrics.Flush(context.RequestId, isFirst);
            }

            scope.RequestId = null;
        }
    }

    public void Dispose()
    {
        Metrics?.Dispose();
        Volatile.Read(ref _coldStart)?.Dispose();
    }

    /// <summary>Prepares an invocation.</summary>
    /// <returns>Whether it is the environment's first one.</returns>
    private bool Begin(Invocation invocation)
    {
        invocation.Context.Begin(services);
        invocation.Error = null;
        if (invocation.IsDryRun)
        {
            scope.RequestId = null;
            return false;
        }

        services.State.Begin();
        scope.RequestId = invocation.Context.RequestId;

        // The plain read spares all later invocations the interlocked operation.
        bool isFirst = Volatile.Read(ref _invocations) == 0 && Interlocked.Exchange(ref _invocations, 1) == 0;
        if (isFirst && services.HasModels)
        {
            ColdStartTelemetry.RecordInBackground(
                services.Time.GetElapsedTime(created), telemetry => Volatile.Write(ref _coldStart, telemetry));
        }

        return isFirst;
    }

    /// <summary>
    /// Returns whether an event's kind makes no difference: a single handler takes all events as bytes, this event cannot be a warm-up, and
    /// no observer is told the kind.
    /// It is then not parsed, so that the first event does not wait until the JSON reader is compiled.
    /// </summary>
    private bool IsOpaque(ReadOnlySpan<byte> payload) =>
        routes.Count == 1
        && Observer is null
        && Scheduled is null
        && routes[0] is RawHandlerRoute
        && !payload.IsEmpty
        && warmup.IsNever(payload);

    /// <summary>Waits for the models that are still loading, unless the event can be answered without them.</summary>
    private async ValueTask WaitForModelsAsync(IEventRoute? route, Invocation invocation, CancellationToken token)
    {
        if (route?.CanAnswerWithoutModels(invocation) != true)
        {
            // A model that failed to load reports that itself when it is used.
            await Preloading.WaitAsync(token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            token.ThrowIfCancellationRequested();
        }
    }

    /// <summary>Waits until the invocation's services are disposed. The answer exists already, so a failure is only logged.</summary>
    private async ValueTask AwaitDisposalAsync(ValueTask disposal)
    {
        try
        {
            await disposal.ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            LogMessages.ScopeNotDisposed(Logger, exception);
        }
    }

    private static EventKind Recognize(ReadOnlySpan<byte> payload)
    {
        if (payload.IsEmpty)
        {
            throw new InvalidInputException("The event is empty. Expected: a JSON value.");
        }

        try
        {
            return EventShape.Read(payload);
        }
        catch (JsonException exception)
        {
            throw EventJson.InvalidJson(exception);
        }
        catch (InvalidOperationException)
        {
            throw EventJson.InvalidText();
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
            // The event contains invalid text, which EventBridge never sends.
            return false;
        }
    }

    private IEventRoute SelectRoute(EventKind kind, ReadOnlySpan<byte> payload) =>
        Scheduled is not null && kind == EventKind.EventBridge && IsScheduled(payload) ? Scheduled : Find(kind) ?? throw Unmapped(kind);

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
        // A failed dry run does no harm: the first event compiles what it needs.
        LogMessages.EventFailed(
            Logger, invocation.IsDryRun ? LogLevel.Debug : failure.Level, failure.Exception, kind, failure.Error.Type);
        if (route is null || !route.TryAnswerFailure(invocation, kind, failure))
        {
            ErrorJson.Write(invocation, failure.Error);
        }
    }
}
