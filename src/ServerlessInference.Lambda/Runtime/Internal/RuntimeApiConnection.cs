using System.Net.Sockets;

namespace ServerlessInference.Lambda;

/// <summary>One kept-alive connection to the Runtime API: sends a request, reads its answer. Used by one loop at a time.</summary>
/// <param name="endpoint">Where the Runtime API is.</param>
/// <param name="blocking">
/// Whether the calling thread waits in the system call rather than for the socket engine: a single loop answers faster that way and
/// starts without that engine. Several loops wait asynchronously, so that they do not hold a thread each.
/// </param>
internal sealed class RuntimeApiConnection(RuntimeApiEndpoint endpoint, bool blocking) : IDisposable
{
    /// <summary>Beyond this, several loops give their buffers for events back; a single loop keeps its own.</summary>
    private const int KeptPayload = 256 * 1024;

    private Socket? _socket;

    public readonly ApiResponseReader Reader = new(blocking ? int.MaxValue : KeptPayload);

    public void Connect()
    {
        if (_socket is null)
        {
            Socket socket = Create();
            try
            {
                socket.Connect(endpoint.Address);
            }
            catch
            {
                socket.Dispose();
                throw;
            }

            _socket = socket;
        }
    }

    /// <summary>Sends a request and reads its answer, blocking the thread meanwhile.</summary>
    /// <returns>Whether there is an answer; not, where the connection was closed before its first byte.</returns>
    public bool Exchange(ReadOnlyMemory<byte> request)
    {
        Connect();
        Socket socket = Connected();
        for (ReadOnlySpan<byte> rest = request.Span; !rest.IsEmpty;)
        {
            rest = rest[socket.Send(rest)..];
        }

        Reader.Begin();
        while (true)
        {
            int received = socket.Receive(Reader.Space.Span);
            if (received == 0 && Reader.IsUntouched)
            {
                return false;
            }

            if (Reader.Received(received))
            {
                CloseIfAsked(received);
                return true;
            }
        }
    }

    /// <summary>Sends a request and reads its answer, asynchronously unless the connection blocks.</summary>
    /// <returns>Whether there is an answer; not, where the connection was closed before its first byte.</returns>
    public async ValueTask<bool> ExchangeAsync(ReadOnlyMemory<byte> request)
    {
        if (blocking)
        {
            return Exchange(request);
        }

        await ConnectAsync().ConfigureAwait(false);
        Socket socket = Connected();
        while (!request.IsEmpty)
        {
            request = request[await socket.SendAsync(request).ConfigureAwait(false)..];
        }

        Reader.Begin();
        while (true)
        {
            int received = await socket.ReceiveAsync(Reader.Space).ConfigureAwait(false);
            if (received == 0 && Reader.IsUntouched)
            {
                return false;
            }

            if (Reader.Received(received))
            {
                CloseIfAsked(received);
                return true;
            }
        }
    }

    /// <summary>Closes the connection; a wait that another thread is in ends with an exception.</summary>
    public void Close() => Interlocked.Exchange(ref _socket, null)?.Dispose();

    public void Dispose() => Close();

    private async ValueTask ConnectAsync()
    {
        if (_socket is null)
        {
            Socket socket = Create();
            try
            {
                await socket.ConnectAsync(endpoint.Address).ConfigureAwait(false);
            }
            catch
            {
                socket.Dispose();
                throw;
            }

            _socket = socket;
        }
    }

    private Socket Create() => new(endpoint.Family, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };

    private void CloseIfAsked(int received)
    {
        if (received == 0 || Reader.Response.Close)
        {
            Close();
        }
    }

    private Socket Connected() => _socket ?? throw new IOException("The connection to the Runtime API was closed.");
}
