using System.Text;
using ServerlessInference.Lambda.Invocations;
using ServerlessInference.Shared;

namespace ServerlessInference.Lambda.Runtime;

/// <summary>The calls of the Runtime API that one polling loop needs: get the next event, send its response or its error.</summary>
/// <remarks>
/// One loop uses it at a time; only <see cref="Stop"/> may be called from another thread. The lock protects the two flags below, so that
/// either <see cref="Stop"/> sees that the loop waits, and closes its connection, or the loop sees that it was stopped, and does not begin
/// to wait.
/// </remarks>
internal sealed class RuntimeApiClient : IDisposable
{
    private readonly RuntimeApiEndpoint _endpoint;
    private readonly RuntimeApiConnection _connection;
    private readonly TimeProvider _time;
    private readonly bool _blocking;
    private readonly RuntimeApiRequests _requests;
    private readonly byte[] _next;
    private readonly Lock _stateLock = new();
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

    /// <summary>Gets the strategy for repeating requests, at the end of which the process gives up.</summary>
    /// <remarks>
    /// It has no jitter, because no other process uses this Runtime API. It is a property rather than a field, because it is only needed
    /// after a failure, and a cold start should not have to create it.
    /// </remarks>
    private static RetryStrategy Retry => new(
        maxAttempts: 6, firstPause: TimeSpan.FromMilliseconds(20), maxPause: TimeSpan.FromMilliseconds(160), jitter: 0);

    public ApiResponse Response => _connection.Reader.Response;

    /// <summary>Gets the event that <see cref="NextAsync"/> received, valid until the next one is requested.</summary>
    public Memory<byte> Event => _connection.Reader.Body;

    /// <summary>Opens the connection before the first request.</summary>
    public void Connect() => _connection.Connect();

    /// <summary>Ends the wait for an event. An event that is being answered is not affected.</summary>
    public void Stop()
    {
        lock (_stateLock)
        {
            _stopped = true;
            if (_waiting)
            {
                _connection.Abandon();
            }
        }
    }

    /// <summary>Waits for an event, without a time limit.</summary>
    /// <returns><see langword="true"/> if an event was received; <see langword="false"/> if the client was stopped.</returns>
    public ValueTask<bool> NextAsync()
    {
        if (_blocking)
        {
            // The usual case is handled without an asynchronous state machine, which would have to be compiled before the first event.
            try
            {
                if (!TryBeginWaiting())
                {
                    return new ValueTask<bool>(false);
                }

                bool answered = _connection.Exchange(_next, waits: true);
                EndWaiting();
                if (answered && Response.Status < 500)
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

    /// <summary>Tells Lambda that it may take its snapshot, and waits until a copy of the snapshot is restored (SnapStart).</summary>
    /// <returns><see langword="true"/> after the restore; <see langword="false"/> if the client was stopped.</returns>
    public async ValueTask<bool> WaitForRestoreAsync()
    {
        if (!await WaitWithRetriesAsync(_requests.Get("/runtime/restore/next")).ConfigureAwait(false))
        {
            return false;
        }

        return Response.Status is >= 200 and < 300 ? true : throw Refused("GET restore/next");
    }

    /// <summary>Sends the response to an event.</summary>
    /// <returns>
    /// Whether Lambda accepted the response. It does not accept one that is too long or late; the status of <see cref="Response"/> then
    /// gives the reason.
    /// </returns>
    public ValueTask<bool> RespondAsync(string requestId, ResponseBuffer response) => PostAsync(_requests.Response(requestId, response));

    /// <summary>Reports that an event could not be answered.</summary>
    public ValueTask<bool> FailAsync(string requestId, string errorType, ResponseBuffer error) =>
        PostAsync(_requests.Error(requestId, errorType, error));

    /// <summary>Reports that the function cannot be initialised, or cannot continue after it was restored.</summary>
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
            string reason = "it closed the connection without a response.";
            Exception? cause = null;
            try
            {
                if (!TryBeginWaiting())
                {
                    return false;
                }

                if (await _connection.ExchangeAsync(request, waits: true).ConfigureAwait(false))
                {
                    if (Response.Status < 500)
                    {
                        return true;
                    }

                    // No event has been handed out, so nothing is lost by asking again. Extensions that stand between the function and the
                    // Runtime API respond in this way while they start.
                    reason = $"it responded with {Response.Status}.";
                }
            }
            catch (Exception exception) when (IsTransport(exception))
            {
                cause = exception;
                reason = exception.Message;
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
                    $"The Runtime API at {_endpoint} could not be reached {attempt} times in a row: {reason}", cause);
            }

            // The first failure is mostly a kept connection that was closed in the meantime, which a new connection fixes at once. Only
            // later attempts are delayed.
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
                    return new ValueTask<bool>(IsAccepted());
                }
            }
            catch (Exception exception) when (IsTransport(exception))
            {
                // The request is repeated below.
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
                    return IsAccepted();
                }
            }
            catch (Exception exception) when (IsTransport(exception))
            {
                cause = exception;
            }

            // The connection may have been closed while the function was working. Repeating the request is safe: if Lambda has received the
            // first one, it refuses the second.
            _connection.Close();
            RetryStrategy retry = Retry;
            if (attempt == retry.MaxAttempts)
            {
                string reason = cause?.Message ?? "it closed the connection.";
                throw new RuntimeApiException($"The Runtime API at {_endpoint} did not accept a response: {reason}", cause);
            }
        }
    }

    // Abandoning the connection disposes its socket while it is in use.
    private static bool IsTransport(Exception exception) =>
        RetryStrategy.IsTransportFailure(exception) || exception is ObjectDisposedException;

    private void CheckEvent()
    {
        if (Response.Status != 200 || Response.RequestId is not { } id || !RuntimeApiRequests.IsRequestId(id))
        {
            throw Refused("GET invocation/next");
        }
    }

    private bool IsAccepted() =>
        Response.Status is >= 200 and < 300 || (Response.Status is >= 400 and < 500 ? false : throw Refused("POST"));

    private bool TryBeginWaiting()
    {
        lock (_stateLock)
        {
            return _waiting = !_stopped;
        }
    }

    private void EndWaiting()
    {
        lock (_stateLock)
        {
            _waiting = false;
        }
    }

    private RuntimeApiException Refused(string request)
    {
        const int MaxShownBytes = 200;
        if (Response.Status == 200)
        {
            return new RuntimeApiException("The Runtime API sent an event without a valid Lambda-Runtime-Aws-Request-Id.");
        }

        string body = Encoding.UTF8.GetString(Event.Span[..Math.Min(Event.Length, MaxShownBytes)]);
        return new RuntimeApiException($"The Runtime API responded to {request} with {Response.Status}: {body}");
    }
}
