using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;

namespace ServerlessInference.Lambda.Runtime;

/// <summary>A persistent connection to the Runtime API, which sends requests and reads their responses.</summary>
/// <param name="endpoint">The address of the Runtime API.</param>
/// <param name="blocking">
/// Whether the calling thread waits in the system call rather than for .NET's asynchronous socket engine. A single loop answers faster that
/// way, and starts without the engine. Several loops wait asynchronously, so that each does not occupy a thread.
/// </param>
/// <remarks>
/// One loop uses the connection at a time. <see cref="Abandon"/> and <see cref="Close"/> may be called from other threads: the connection
/// is taken out of its field with an atomic exchange, so it is disposed once, and a wait on it ends with an exception.
/// </remarks>
internal sealed class RuntimeApiConnection(RuntimeApiEndpoint endpoint, bool blocking) : IDisposable
{
    /// <summary>The size beyond which each of several loops releases its buffer for events. A single loop keeps its buffer.</summary>
    private const int MaxRetainedPayload = 256 * 1024;

    private readonly bool _usesPlainSocket = blocking && endpoint.IsIPv4 && PlainSocket.IsSupported;
    private PlainSocket? _plain;
    private Socket? _socket;
    private bool _abandoned;

    public readonly ApiResponseReader Reader = new(blocking ? int.MaxValue : MaxRetainedPayload);

    /// <summary>Opens the connection if it is not open. Blocks the thread.</summary>
    public void Connect()
    {
        if (!_usesPlainSocket)
        {
            ConnectSocket();
        }
        else if (_plain is null)
        {
            _plain = PlainSocket.Connect(endpoint.IPv4, endpoint.Port);
        }
    }

    /// <summary>Sends a request and reads its response. Blocks the thread.</summary>
    /// <param name="request">The request.</param>
    /// <param name="waits">Whether the request waits for an event; <see cref="Abandon"/> ends such a wait.</param>
    /// <returns>Whether there is a response; <see langword="false"/> if the connection was closed before its first byte.</returns>
    public bool Exchange(ReadOnlyMemory<byte> request, bool waits = false)
    {
        Connect();
        if (waits)
        {
            ThrowIfAbandoned();
        }

        PlainSocket? plain = _plain;
        if (_usesPlainSocket && plain is null)
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
            if (received == 0 && Reader.IsEmpty)
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

    /// <summary>Sends a request and reads its response, asynchronously unless the connection is a blocking one.</summary>
    /// <param name="request">The request.</param>
    /// <param name="waits">Whether the request waits for an event; <see cref="Abandon"/> ends such a wait.</param>
    /// <returns>Whether there is a response; <see langword="false"/> if the connection was closed before its first byte.</returns>
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
            if (received == 0 && Reader.IsEmpty)
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

    /// <summary>
    /// Ends the wait of another thread for an event, whether the wait has begun or is about to begin. The connection waits no more.
    /// </summary>
    public void Abandon()
    {
        Volatile.Write(ref _abandoned, true);

        // This thread writes the flag and then reads the connection; the waiting thread writes the connection and then reads the flag. With
        // the two barriers at least one of them sees what the other has written: either the connection is closed here, or the wait does not
        // begin.
        Interlocked.MemoryBarrier();
        Close();
    }

    /// <summary>Closes the connection. The wait of another thread on it ends with an exception.</summary>
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

    // These methods are not inlined, so that a connection that does not use .NET's sockets does not load them.
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
        if (received == 0 || Reader.Response.ClosesConnection)
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
