using System.Net.Sockets;
using System.Text;

namespace ServerlessInference.Lambda;

/// <summary>The Runtime API as one polling loop uses it: the next event, its answer, its error.</summary>
internal sealed class RuntimeApiClient : IDisposable
{
    private const int LongestRequestId = 128;
    private const int LongestErrorType = 128;

    /// <summary>How often in a row the Runtime API may be out of reach before the process gives up.</summary>
    private const int Attempts = 6;

    private const int FirstPauseMs = 20;

    private readonly RuntimeApiEndpoint _endpoint;
    private readonly RuntimeApiConnection _connection;
    private readonly TimeProvider _time;
    private readonly bool _blocking;
    private readonly byte[] _next;
    private readonly byte[] _head;
    private readonly Lock _gate = new();
    private bool _waiting;
    private bool _stopped;

    public RuntimeApiClient(RuntimeApiEndpoint endpoint, bool blocking, TimeProvider time)
    {
        _endpoint = endpoint;
        _time = time;
        _blocking = blocking;
        _connection = new RuntimeApiConnection(endpoint, blocking);
        _next = Encoding.ASCII.GetBytes("GET /" + RuntimeApiEndpoint.Version + "/runtime/invocation/next HTTP/1.1\r\nHost: " + endpoint + "\r\n\r\n");
        _head = new byte[HeadRoom(endpoint)];
    }

    /// <summary>The room that a request's head needs at most.</summary>
    public static int HeadRoom(RuntimeApiEndpoint endpoint) => 256 + LongestRequestId + LongestErrorType + endpoint.HostHeader.Length;

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
                _connection.Close();
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

                bool answered = _connection.Exchange(_next);
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
        byte[] request = Encoding.ASCII.GetBytes("GET /" + RuntimeApiEndpoint.Version + "/runtime/restore/next HTTP/1.1\r\nHost: " + _endpoint + "\r\n\r\n");
        if (!await WaitWithRetriesAsync(request).ConfigureAwait(false))
        {
            return false;
        }

        return Response.Status is >= 200 and < 300 ? true : throw Refused("GET restore/next");
    }

    /// <summary>Answers an event.</summary>
    /// <returns>Whether the answer was taken; not, where it was too long or came too late. Then the status tells why.</returns>
    public ValueTask<bool> RespondAsync(string requestId, ResponseBuffer response)
    {
        int head = WriteHead("/runtime/invocation/"u8, requestId, "/response"u8, errorType: null, response.Length);
        return PostAsync(response.WithHead(_head.AsSpan(0, head)));
    }

    /// <summary>Says that an event could not be answered.</summary>
    public ValueTask<bool> FailAsync(string requestId, string errorType, ResponseBuffer error)
    {
        int head = WriteHead("/runtime/invocation/"u8, requestId, "/error"u8, errorType, error.Length);
        return PostAsync(error.WithHead(_head.AsSpan(0, head)));
    }

    /// <summary>Says that the function cannot be initialised, or cannot go on after it was restored.</summary>
    public ValueTask<bool> FailInitializationAsync(string errorType, ResponseBuffer error, bool restored)
    {
        int head = WriteHead(restored ? "/runtime/restore/error"u8 : "/runtime/init/error"u8, string.Empty, default, errorType, error.Length);
        return PostAsync(error.WithHead(_head.AsSpan(0, head)));
    }

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
        var pause = TimeSpan.FromMilliseconds(FirstPauseMs);
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

                if (await _connection.ExchangeAsync(request).ConfigureAwait(false))
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

            if (attempt == Attempts)
            {
                throw new RuntimeApiException($"The Runtime API at {_endpoint} could not be reached {Attempts} times in a row: {trouble}", cause);
            }

            if (attempt > 1)
            {
                await Task.Delay(pause, _time).ConfigureAwait(false);
                pause *= 2;
            }
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
            if (attempt == Attempts)
            {
                throw new RuntimeApiException($"The Runtime API at {_endpoint} did not take an answer: {cause?.Message ?? "it closed the connection."}", cause);
            }
        }
    }

    private static bool IsTransport(Exception exception) => exception is IOException or SocketException or ObjectDisposedException;

    private void CheckEvent()
    {
        if (Response.Status != 200 || Response.RequestId is not { Length: > 0 and <= LongestRequestId } id || !IsToken(id))
        {
            throw Refused("GET invocation/next");
        }
    }

    private bool IsTaken() => Response.Status is >= 200 and < 300 || (Response.Status is >= 400 and < 500 ? false : throw Refused("POST"));

    private int WriteHead(ReadOnlySpan<byte> before, string requestId, ReadOnlySpan<byte> after, string? errorType, int length)
    {
        int at = 0;
        Append("POST /"u8, ref at);
        Append(RuntimeApiEndpoint.Version, ref at);
        Append(before, ref at);
        Append(requestId, ref at);
        Append(after, ref at);
        Append(" HTTP/1.1\r\n"u8, ref at);
        Append(_endpoint.HostHeader, ref at);
        if (errorType is not null)
        {
            Append("Lambda-Runtime-Function-Error-Type: "u8, ref at);
            Append(IsToken(errorType) && errorType.Length <= LongestErrorType ? errorType : "Exception", ref at);
            Append("\r\n"u8, ref at);
        }

        Append("Content-Type: application/json\r\nContent-Length: "u8, ref at);
        length.TryFormat(_head.AsSpan(at), out int digits, default, System.Globalization.CultureInfo.InvariantCulture);
        at += digits;
        Append("\r\n\r\n"u8, ref at);
        return at;
    }

    private void Append(ReadOnlySpan<byte> bytes, ref int at)
    {
        bytes.CopyTo(_head.AsSpan(at));
        at += bytes.Length;
    }

    private void Append(string text, ref int at) => at += Encoding.ASCII.GetBytes(text, _head.AsSpan(at));

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

    // What goes into a request's head must not end its line or path.
    private static bool IsToken(string text)
    {
        foreach (char character in text)
        {
            if (character is <= ' ' or > '~' or '/' or '?' or '#')
            {
                return false;
            }
        }

        return true;
    }
}
