using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;

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

    private readonly bool _plainly = blocking && endpoint.IsIPv4 && PlainSocket.IsSupported;
    private PlainSocket? _plain;
    private Socket? _socket;
    private bool _abandoned;

    public readonly ApiResponseReader Reader = new(blocking ? int.MaxValue : KeptPayload);

    /// <summary>Makes the connection, blocking the thread meanwhile.</summary>
    public void Connect()
    {
        if (!_plainly)
        {
            ConnectSocket();
        }
        else if (_plain is null)
        {
            _plain = PlainSocket.Connect(endpoint.IPv4, endpoint.Port);
        }
    }

    /// <summary>Sends a request and reads its answer, blocking the thread meanwhile.</summary>
    /// <param name="request">The request.</param>
    /// <param name="waits">Whether it waits for an event, which <see cref="Abandon"/> ends.</param>
    /// <returns>Whether there is an answer; not, where the connection was closed before its first byte.</returns>
    public bool Exchange(ReadOnlyMemory<byte> request, bool waits = false)
    {
        Connect();
        if (waits)
        {
            ThrowIfAbandoned();
        }

        PlainSocket? plain = _plain;
        if (_plainly && plain is null)
        {
            throw Closed();
        }

        if (plain is null)
        {
            SendBySocket(request.Span);
        }
        else
        {
            plain.Send(request.Span);
        }

        Reader.Begin();
        while (true)
        {
            int received = plain is null ? ReceiveBySocket(Reader.Space.Span) : plain.Receive(Reader.Space.Span);
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
    /// <param name="request">The request.</param>
    /// <param name="waits">Whether it waits for an event, which <see cref="Abandon"/> ends.</param>
    /// <returns>Whether there is an answer; not, where the connection was closed before its first byte.</returns>
    public async ValueTask<bool> ExchangeAsync(ReadOnlyMemory<byte> request, bool waits = false)
    {
        if (blocking)
        {
            return Exchange(request, waits);
        }

        await ConnectAsync().ConfigureAwait(false);
        if (waits)
        {
            ThrowIfAbandoned();
        }

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

    /// <summary>Ends a wait that another thread is in, or is about to begin, for good.</summary>
    public void Abandon()
    {
        Volatile.Write(ref _abandoned, true);

        // Either the waiting thread sees this, or its connection is seen here: both look after they wrote.
        Interlocked.MemoryBarrier();
        Close();
    }

    /// <summary>Closes the connection; a wait that another thread is in ends with an exception.</summary>
    public void Close()
    {
        Interlocked.Exchange(ref _plain, null)?.Dispose();
        if (_socket is not null)
        {
            CloseSocket();
        }
    }

    public void Dispose() => Close();

    private async ValueTask ConnectAsync()
    {
        if (_socket is null)
        {
            Socket socket = Create(out EndPoint address);
            try
            {
                await socket.ConnectAsync(address).ConfigureAwait(false);
            }
            catch
            {
                socket.Dispose();
                throw;
            }

            _socket = socket;
        }
    }

    // These stand on their own, so that a connection without .NET's sockets does not load them.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void ConnectSocket()
    {
        if (_socket is null)
        {
            Socket socket = Create(out EndPoint address);
            try
            {
                socket.Connect(address);
            }
            catch
            {
                socket.Dispose();
                throw;
            }

            _socket = socket;
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void SendBySocket(ReadOnlySpan<byte> request)
    {
        Socket socket = Connected();
        while (!request.IsEmpty)
        {
            request = request[socket.Send(request)..];
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private int ReceiveBySocket(Span<byte> space) => Connected().Receive(space);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void CloseSocket() => Interlocked.Exchange(ref _socket, null)?.Dispose();

    private Socket Create(out EndPoint address)
    {
        address = endpoint.CreateAddress();
        AddressFamily family = address.AddressFamily == AddressFamily.Unspecified ? AddressFamily.InterNetwork : address.AddressFamily;
        return new Socket(family, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    }

    private void CloseIfAsked(int received)
    {
        if (received == 0 || Reader.Response.Close)
        {
            Close();
        }
    }

    private void ThrowIfAbandoned()
    {
        Interlocked.MemoryBarrier();
        if (Volatile.Read(ref _abandoned))
        {
            throw Closed();
        }
    }

    private Socket Connected() => _socket ?? throw Closed();

    private static IOException Closed() => new("The connection to the Runtime API was closed.");
}
