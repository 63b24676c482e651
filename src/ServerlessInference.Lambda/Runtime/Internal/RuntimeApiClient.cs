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

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(20);

    private readonly RuntimeApiEndpoint _endpoint;
    private readonly RuntimeApiConnection _connection;
    private readonly TimeProvider _time;
    private readonly byte[] _next;
    private readonly byte[] _head;
    private readonly Lock _gate = new();
    private bool _waiting;
    private bool _stopped;

    public RuntimeApiClient(RuntimeApiEndpoint endpoint, bool blocking, TimeProvider time)
    {
        _endpoint = endpoint;
        _time = time;
        _connection = new RuntimeApiConnection(endpoint, blocking);
        _next = [.. "GET /"u8, .. Encoding.ASCII.GetBytes(RuntimeApiEndpoint.Version), .. "/runtime/invocation/next HTTP/1.1\r\n"u8, .. endpoint.HostHeader, .. "\r\n"u8];
        _head = new byte[HeadRoom(endpoint)];
    }

    /// <summary>The room that a request's head needs at most.</summary>
    public static int HeadRoom(RuntimeApiEndpoint endpoint) => 256 + LongestRequestId + LongestErrorType + endpoint.HostHeader.Length;

    public ApiResponse Response => _connection.Response;

    public ValueTask ConnectAsync() => _connection.ConnectAsync();

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
    /// <returns>The event; <see langword="null"/> when the client was stopped.</returns>
    public async ValueTask<Memory<byte>?> NextAsync()
    {
        TimeSpan pause = FirstPause;
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                await _connection.ConnectAsync().ConfigureAwait(false);
                if (!TryBeginWaiting())
                {
                    return null;
                }

                await _connection.SendAsync(_next).ConfigureAwait(false);
                if (await _connection.ReadHeadAsync().ConfigureAwait(false))
                {
                    EndWaiting();
                    Memory<byte> payload = await _connection.ReadBodyAsync().ConfigureAwait(false);
                    return Response.Status == 200 && Response.RequestId is { Length: > 0 and <= LongestRequestId } id && IsToken(id)
                        ? payload
                        : throw Refused("GET invocation/next", payload);
                }

                // A kept-alive connection that was closed meanwhile: not a failure yet.
                _connection.Close();
            }
            catch (Exception exception) when (exception is IOException or SocketException or ObjectDisposedException)
            {
                _connection.Close();
                if (Volatile.Read(ref _stopped))
                {
                    return null;
                }

                if (attempt == Attempts)
                {
                    throw new RuntimeApiException($"The Runtime API at {_endpoint} could not be reached {Attempts} times in a row: {exception.Message}", exception);
                }
            }
            finally
            {
                EndWaiting();
            }

            if (Volatile.Read(ref _stopped))
            {
                return null;
            }

            if (attempt > 1)
            {
                await Task.Delay(pause, _time).ConfigureAwait(false);
                pause *= 2;
            }

            if (attempt == Attempts)
            {
                throw new RuntimeApiException($"The Runtime API at {_endpoint} closed the connection {Attempts} times in a row without an answer.");
            }
        }
    }

    /// <summary>Answers an event.</summary>
    /// <returns>Whether the answer was taken; not, where it was too long or came too late. Then the status tells why.</returns>
    public async ValueTask<bool> RespondAsync(string requestId, ResponseBuffer response)
    {
        int head = WriteHead("/runtime/invocation/"u8, requestId, "/response"u8, errorType: null, response.Length);
        return await PostAsync(response.WithHead(_head.AsSpan(0, head))).ConfigureAwait(false);
    }

    /// <summary>Says that an event could not be answered.</summary>
    public async ValueTask<bool> FailAsync(string requestId, string errorType, ResponseBuffer error)
    {
        int head = WriteHead("/runtime/invocation/"u8, requestId, "/error"u8, errorType, error.Length);
        return await PostAsync(error.WithHead(_head.AsSpan(0, head))).ConfigureAwait(false);
    }

    /// <summary>Says that the function cannot be initialised.</summary>
    public async ValueTask<bool> FailInitializationAsync(string errorType, ResponseBuffer error)
    {
        int head = WriteHead("/runtime/init/error"u8, string.Empty, default, errorType, error.Length);
        return await PostAsync(error.WithHead(_head.AsSpan(0, head))).ConfigureAwait(false);
    }

    public void Dispose() => _connection.Dispose();

    private async ValueTask<bool> PostAsync(ReadOnlyMemory<byte> request)
    {
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                await _connection.ConnectAsync().ConfigureAwait(false);
                await _connection.SendAsync(request).ConfigureAwait(false);
                if (await _connection.ReadHeadAsync().ConfigureAwait(false))
                {
                    Memory<byte> body = await _connection.ReadBodyAsync().ConfigureAwait(false);
                    return Response.Status is >= 200 and < 300 || (Response.Status is >= 400 and < 500 ? false : throw Refused("POST", body));
                }

                throw new IOException("The connection was closed before the Runtime API answered.");
            }
            catch (Exception exception) when (exception is IOException or SocketException or ObjectDisposedException)
            {
                _connection.Close();

                // The connection may have been closed while the function worked. Sent twice, the second is refused and does no harm.
                if (attempt == 3)
                {
                    throw new RuntimeApiException($"The Runtime API at {_endpoint} did not take an answer: {exception.Message}", exception);
                }
            }
        }
    }

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

    private RuntimeApiException Refused(string request, Memory<byte> body)
    {
        const int Shown = 200;
        string text = Encoding.UTF8.GetString(body.Span[..Math.Min(body.Length, Response.Status == 200 ? 0 : Shown)]);
        return new RuntimeApiException(Response.Status == 200
            ? "The Runtime API gave an event without a usable Lambda-Runtime-Aws-Request-Id."
            : $"The Runtime API answered {request} with {Response.Status}: {text}");
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
