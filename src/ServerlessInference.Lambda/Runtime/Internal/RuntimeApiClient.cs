using System.Text;
using ServerlessInference.Shared;

namespace ServerlessInference.Lambda;

/// <summary>The Runtime API as one polling loop uses it: the next event, its answer, its error.</summary>
internal sealed class RuntimeApiClient : IDisposable
{
    private readonly RuntimeApiEndpoint _endpoint;
    private readonly RuntimeApiConnection _connection;
    private readonly TimeProvider _time;
    private readonly bool _blocking;
    private readonly RuntimeApiRequests _requests;
    private readonly byte[] _next;
    private readonly Lock _gate = new();
    private bool _waiting;
    private bool _stopped;

    public RuntimeApiClient(RuntimeApiEndpoint endpoint, bool blocking, TimeProvider time)
    {
        _endpoint = endpoint;
        _time = time;
        _blocking = blocking;
        _connection = new RuntimeApiConnection(endpoint, blocking);
        _requests = new RuntimeApiRequests(endpoint);
        _next = _requests.Get("/runtime/invocation/next");
    }

    /// <summary>Gets how often in a row the Runtime API may be out of reach before the process gives up.</summary>
    /// <remarks>
    /// Nobody else uses this Runtime API, so jitter would spread nothing. A property, because the strategy is needed only after a failure: a
    /// cold start should not create it.
    /// </remarks>
    private static RetryStrategy Retry => new(
        maxAttempts: 6, firstPause: TimeSpan.FromMilliseconds(20), maxPause: TimeSpan.FromMilliseconds(160), jitter: 0);

    public ApiResponse Response => _connection.Reader.Response;

    /// <summary>Gets the event that <see cref="NextAsync"/> brought, valid until the next.</summary>
    public Memory<byte> Event => _connection.Reader.Body;

    /// <summary>Makes the connection ahead of the first request.</summary>
    public void Connect() => _connection.Connect();

    /// <summary>Ends the waiting for an event; an event that is being answered is not disturbed.</summary>
    public void Stop()
    {
        lock (_gate)
        {
            _stopped = true;
            if (_waiting)
            {
                _connection.Abandon();
            }
        }
    }

    /// <summary>Waits for an event, as long as it takes.</summary>
    /// <returns>Whether there is one; not, when the client was stopped.</returns>
    public ValueTask<bool> NextAsync()
    {
        if (_blocking)
        {
            // What happens nearly always takes no state machine, which a cold start would have to compile.
            try
            {
                if (!TryBeginWaiting())
                {
                    return new ValueTask<bool>(false);
                }

                bool answered = _connection.Exchange(_next, waits: true);
                EndWaiting();
                if (answered)
                {
                    CheckEvent();
                    return new ValueTask<bool>(true);
                }

                _connection.Close();
            }
            catch (Exception exception) when (IsTransport(exception))
            {
                EndWaiting();
                _connection.Close();
            }
        }

        return NextWithRetriesAsync();
    }

    /// <summary>Lets Lambda take its snapshot, and waits until a copy of it is woken up (SnapStart).</summary>
    /// <returns>Whether it was; not, when the client was stopped.</returns>
    public async ValueTask<bool> WaitForRestoreAsync()
    {
        if (!await WaitWithRetriesAsync(_requests.Get("/runtime/restore/next")).ConfigureAwait(false))
        {
            return false;
        }

        return Response.Status is >= 200 and < 300 ? true : throw Refused("GET restore/next");
    }

    /// <summary>Answers an event.</summary>
    /// <returns>Whether the answer was taken; not, where it was too long or came too late. Then the status tells why.</returns>
    public ValueTask<bool> RespondAsync(string requestId, ResponseBuffer response) => PostAsync(_requests.Response(requestId, response));

    /// <summary>Says that an event could not be answered.</summary>
    public ValueTask<bool> FailAsync(string requestId, string errorType, ResponseBuffer error) => PostAsync(_requests.Error(requestId, errorType, error));

    /// <summary>Says that the function cannot be initialised, or cannot go on after it was restored.</summary>
    public ValueTask<bool> FailInitializationAsync(string errorType, ResponseBuffer error, bool restored) =>
        PostAsync(_requests.InitializationError(errorType, error, restored));

    public void Dispose() => _connection.Dispose();

    private async ValueTask<bool> NextWithRetriesAsync()
    {
        bool answered = await WaitWithRetriesAsync(_next).ConfigureAwait(false);
        if (answered)
        {
            CheckEvent();
        }

        return answered;
    }

    private async ValueTask<bool> WaitWithRetriesAsync(byte[] request)
    {
        for (int attempt = 1; ; attempt++)
        {
            string trouble = "it closed the connection without an answer.";
            Exception? cause = null;
            try
            {
                if (!TryBeginWaiting())
                {
                    return false;
                }

                if (await _connection.ExchangeAsync(request, waits: true).ConfigureAwait(false))
                {
                    return true;
                }
            }
            catch (Exception exception) when (IsTransport(exception))
            {
                cause = exception;
                trouble = exception.Message;
            }
            finally
            {
                EndWaiting();
            }

            _connection.Close();
            if (Volatile.Read(ref _stopped))
            {
                return false;
            }

            RetryStrategy retry = Retry;
            if (attempt == retry.MaxAttempts)
            {
                throw new RuntimeApiException(
                    $"The Runtime API at {_endpoint} could not be reached {attempt} times in a row: {trouble}", cause);
            }

            // Usually a kept connection was closed, and a new one works at once: only later attempts are worth a pause.
            await retry.PauseAsync(attempt - 1, _time, CancellationToken.None).ConfigureAwait(false);
        }
    }

    private ValueTask<bool> PostAsync(ReadOnlyMemory<byte> request)
    {
        if (_blocking)
        {
            try
            {
                if (_connection.Exchange(request))
                {
                    return new ValueTask<bool>(IsTaken());
                }
            }
            catch (Exception exception) when (IsTransport(exception))
            {
                // Tried again below.
            }

            _connection.Close();
        }

        return PostWithRetriesAsync(request);
    }

    private async ValueTask<bool> PostWithRetriesAsync(ReadOnlyMemory<byte> request)
    {
        for (int attempt = 1; ; attempt++)
        {
            Exception? cause = null;
            try
            {
                if (await _connection.ExchangeAsync(request).ConfigureAwait(false))
                {
                    return IsTaken();
                }
            }
            catch (Exception exception) when (IsTransport(exception))
            {
                cause = exception;
            }

            // The connection may have been closed while the function worked. Sent twice, the second is refused and does no harm.
            _connection.Close();
            RetryStrategy retry = Retry;
            if (attempt == retry.MaxAttempts)
            {
                string reason = cause?.Message ?? "it closed the connection.";
                throw new RuntimeApiException($"The Runtime API at {_endpoint} did not take an answer: {reason}", cause);
            }
        }
    }

    // Abandoning the connection disposes its socket while it is in use.
    private static bool IsTransport(Exception exception) => RetryStrategy.IsTransportFailure(exception) || exception is ObjectDisposedException;

    private void CheckEvent()
    {
        if (Response.Status != 200 || Response.RequestId is not { } id || !RuntimeApiRequests.IsRequestId(id))
        {
            throw Refused("GET invocation/next");
        }
    }

    private bool IsTaken() => Response.Status is >= 200 and < 300 || (Response.Status is >= 400 and < 500 ? false : throw Refused("POST"));

    private bool TryBeginWaiting()
    {
        lock (_gate)
        {
            return _waiting = !_stopped;
        }
    }

    private void EndWaiting()
    {
        lock (_gate)
        {
            _waiting = false;
        }
    }

    private RuntimeApiException Refused(string request)
    {
        const int Shown = 200;
        return new RuntimeApiException(Response.Status == 200
            ? "The Runtime API gave an event without a usable Lambda-Runtime-Aws-Request-Id."
            : $"The Runtime API answered {request} with {Response.Status}: {Encoding.UTF8.GetString(Event.Span[..Math.Min(Event.Length, Shown)])}");
    }
}
