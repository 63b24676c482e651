using System.Text.Json;
using Microsoft.Extensions.Logging;
using ServerlessInference.Warmup;

namespace ServerlessInference.Lambda;

/// <summary>Takes an event from its bytes to its answer: recognise it, warm up or route it, turn what goes wrong into an answer.</summary>
/// <remarks>Thread-safe: one serves all loops. What belongs to an invocation is in the <see cref="Invocation"/>.</remarks>
internal sealed partial class InvocationProcessor(
    FunctionServices services, IReadOnlyList<IEventRoute> routes, WarmupResponder warmup, InvocationScope scope)
{
    /// <summary>The request id of events that the function sends to itself while it initialises.</summary>
    public const string RehearsalId = "initialization";

    private ILogger? _logger;

    /// <summary>The loading of models that still went on when the function's time to initialise was over.</summary>
    public Task Preloading = Task.CompletedTask;

    /// <summary>Gets what writes metrics after each invocation; <see langword="null"/> for nothing.</summary>
    public EmbeddedMetrics? Metrics { get; init; }

    public ILogger Logger => _logger ??= services.CreateLogger("ServerlessInference.Lambda");

    public async ValueTask ProcessAsync(Invocation invocation, InvocationDeadline deadline, CancellationToken caller = default)
    {
        InvocationContext context = invocation.Context;
        context.Begin(services);
        if (context.RequestId != RehearsalId)
        {
            services.Phase.Begin();
        }

        scope.RequestId = context.RequestId;
        invocation.Error = null;
        IEventRoute? route = null;
        EventKind kind = EventKind.Unknown;
        try
        {
            CancellationToken token = deadline.Begin(context.Deadline, caller);
            kind = Recognize(invocation.Payload.Span);
            if (!Preloading.IsCompleted)
            {
                await Preloading.WaitAsync(token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                token.ThrowIfCancellationRequested();
            }

            if (warmup.TryDetect(kind, invocation.Payload.Span, out WarmupRequest request))
            {
                await warmup.AnswerAsync(request, invocation, token).ConfigureAwait(false);
                LogWarm(Logger, request.Sender);
            }
            else
            {
                route = Find(kind);
                await route.HandleAsync(invocation, kind, token).ConfigureAwait(false);
            }
        }
        catch (Exception exception) when (!(exception is OperationCanceledException && caller.IsCancellationRequested))
        {
            Fail(invocation, route, kind, Failure.Of(exception, deadline.Reached, context.RequestId));
        }
        finally
        {
            deadline.End();
            await context.EndAsync().ConfigureAwait(false);
            Metrics?.Flush(context.RequestId);
            scope.RequestId = null;
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
    }

    private IEventRoute Find(EventKind kind)
    {
        foreach (IEventRoute route in routes)
        {
            if (route.CanHandle(kind))
            {
                return route;
            }
        }

        throw new InvalidInputException(
            InvalidInputKind.Unprocessable,
            $"The event was recognised as {EventShape.Describe(kind)}, and nothing is mapped for it. Mapped: " +
            (routes.Count == 0 ? "nothing" : string.Join("; ", routes.Select(route => route.Description))) +
            ". Map it with one of the builder's Map methods, or with MapHandler, which takes any event.");
    }

    private void Fail(Invocation invocation, IEventRoute? route, EventKind kind, Failure failure)
    {
        LogFailed(Logger, failure.Level, failure.Exception, kind, failure.Error.Type);
        if (route is null || !route.TryAnswerFailure(invocation, kind, failure))
        {
            ErrorJson.Write(invocation, failure.Error);
        }
    }

    [LoggerMessage(EventId = 100, Message = "Answering an event of the kind {Event} failed ({ErrorType})")]
    private static partial void LogFailed(ILogger logger, LogLevel level, Exception exception, EventKind @event, string errorType);

    [LoggerMessage(EventId = 101, Level = LogLevel.Debug, Message = "Warmed up for {Sender}")]
    private static partial void LogWarm(ILogger logger, string sender);
}
