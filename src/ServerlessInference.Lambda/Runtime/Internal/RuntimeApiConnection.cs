using System.Net.Sockets;

namespace ServerlessInference.Lambda;

/// <summary>One kept-alive connection to the Runtime API: sends requests, reads answers. Used by one loop at a time.</summary>
/// <param name="endpoint">Where the Runtime API is.</param>
/// <param name="blocking">
/// Whether the calling thread waits in the system call rather than for the socket engine: a single loop answers in half the time that
/// way. Several loops wait asynchronously, so that they do not hold a thread each.
/// </param>
internal sealed class RuntimeApiConnection(RuntimeApiEndpoint endpoint, bool blocking) : IDisposable
{
    private const int LongestHead = 64 * 1024;

    /// <summary>A buffer for events that grew beyond this is given up after the event where many loops have one each.</summary>
    private const int KeptPayload = 256 * 1024;

    private Socket? _socket;
    private byte[] _buffer = GC.AllocateUninitializedArray<byte>(8 * 1024);
    private byte[] _payload = [];
    private int _start;
    private int _end;

    public ApiResponse Response { get; } = new();

    public bool IsConnected => _socket is not null;

    public async ValueTask ConnectAsync()
    {
        if (_socket is not null)
        {
            return;
        }

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            if (blocking)
            {
                socket.Connect(endpoint.Address);
            }
            else
            {
                await socket.ConnectAsync(endpoint.Address).ConfigureAwait(false);
            }
        }
        catch
        {
            socket.Dispose();
            throw;
        }

        _start = _end = 0;
        _socket = socket;
    }

    /// <summary>Closes the connection; a wait that another thread is in ends with an exception.</summary>
    public void Close() => Interlocked.Exchange(ref _socket, null)?.Dispose();

    public void Dispose() => Close();

    public async ValueTask SendAsync(ReadOnlyMemory<byte> request)
    {
        Socket socket = Connected();
        while (!request.IsEmpty)
        {
            int sent = blocking ? socket.Send(request.Span) : await socket.SendAsync(request).ConfigureAwait(false);
            request = request[sent..];
        }
    }

    /// <summary>Reads an answer's head into <see cref="Response"/>.</summary>
    /// <returns>Whether there is one; not, where the connection was closed before its first byte.</returns>
    public async ValueTask<bool> ReadHeadAsync()
    {
        int searched = 0;
        while (true)
        {
            int length = _buffer.AsSpan(_start + searched, _end - _start - searched).IndexOf("\r\n\r\n"u8);
            if (length >= 0)
            {
                length += searched;
                Response.Read(_buffer.AsSpan(_start, length));
                _start += length + 4;
                return true;
            }

            searched = Math.Max(0, _end - _start - 3);
            if (_end - _start > LongestHead)
            {
                throw new RuntimeApiException($"The Runtime API's answer has a head of more than {LongestHead:N0} bytes.");
            }

            if (!await FillAsync().ConfigureAwait(false))
            {
                return _end == _start ? false : throw Ended();
            }
        }
    }

    /// <summary>Reads the body that follows the head.</summary>
    /// <returns>The body, valid until the next one is read.</returns>
    public async ValueTask<Memory<byte>> ReadBodyAsync()
    {
        if (!blocking && _payload.Length > KeptPayload)
        {
            _payload = [];
        }

        int length = Response.Chunked ? await ReadChunksAsync().ConfigureAwait(false)
            : Response.ContentLength >= 0 ? await ReadAsync(0, Response.ContentLength).ConfigureAwait(false)
            : await ReadToEndAsync().ConfigureAwait(false);
        if (Response.Close)
        {
            Close();
        }

        return _payload.AsMemory(0, length);
    }

    private async ValueTask<int> ReadChunksAsync()
    {
        int length = 0;
        while (true)
        {
            int size = ChunkSize((await ReadLineAsync().ConfigureAwait(false)).Span);
            if (size == 0)
            {
                break;
            }

            length = await ReadAsync(length, size).ConfigureAwait(false);
            if ((await ReadLineAsync().ConfigureAwait(false)).Length > 0)
            {
                throw new RuntimeApiException("The Runtime API's answer has a chunk that is longer than it says.");
            }
        }

        // Trailers; none of them means anything here.
        while ((await ReadLineAsync().ConfigureAwait(false)).Length > 0)
        {
        }

        return length;
    }

    private async ValueTask<int> ReadToEndAsync()
    {
        int length = 0;
        do
        {
            int buffered = _end - _start;
            length = await ReadAsync(length, buffered).ConfigureAwait(false);
        }
        while (await FillAsync().ConfigureAwait(false));

        Close();
        return length;
    }

    /// <summary>Reads bytes to a place in the payload, first what is buffered, then straight from the socket.</summary>
    private async ValueTask<int> ReadAsync(int at, long count)
    {
        if (at + count > LambdaLimits.EventBytes)
        {
            throw new RuntimeApiException($"The Runtime API's answer is longer than {LambdaLimits.EventBytes:N0} bytes; Lambda sends events of 6 MB at most.");
        }

        int end = at + (int)count;
        if (end > _payload.Length)
        {
            byte[] grown = GC.AllocateUninitializedArray<byte>(Math.Max(end, Math.Min(2 * _payload.Length, LambdaLimits.EventBytes)));
            _payload.AsSpan(0, at).CopyTo(grown);
            _payload = grown;
        }

        int buffered = Math.Min(_end - _start, end - at);
        _buffer.AsSpan(_start, buffered).CopyTo(_payload.AsSpan(at));
        _start += buffered;
        at += buffered;
        while (at < end)
        {
            int received = await ReceiveAsync(_payload.AsMemory(at, end - at)).ConfigureAwait(false);
            at += received > 0 ? received : throw Ended();
        }

        return end;
    }

    private async ValueTask<ReadOnlyMemory<byte>> ReadLineAsync()
    {
        while (true)
        {
            int length = _buffer.AsSpan(_start, _end - _start).IndexOf("\r\n"u8);
            if (length >= 0)
            {
                ReadOnlyMemory<byte> line = _buffer.AsMemory(_start, length);
                _start += length + 2;
                return line;
            }

            if (_end - _start > LongestHead || !await FillAsync().ConfigureAwait(false))
            {
                throw Ended();
            }
        }
    }

    private async ValueTask<bool> FillAsync()
    {
        if (_start == _end)
        {
            _start = _end = 0;
        }
        else if (_end == _buffer.Length)
        {
            // Keeps what is there, at the front.
            byte[] target = _start > 0 ? _buffer : GC.AllocateUninitializedArray<byte>(2 * _buffer.Length);
            _buffer.AsSpan(_start, _end - _start).CopyTo(target);
            _buffer = target;
            _end -= _start;
            _start = 0;
        }

        int received = await ReceiveAsync(_buffer.AsMemory(_end)).ConfigureAwait(false);
        _end += received;
        return received > 0;
    }

    private ValueTask<int> ReceiveAsync(Memory<byte> memory) =>
        blocking ? new ValueTask<int>(Connected().Receive(memory.Span)) : Connected().ReceiveAsync(memory);

    private Socket Connected() => _socket ?? throw Ended();

    private static IOException Ended() => new("The connection to the Runtime API was closed in the middle of an exchange.");

    private static int ChunkSize(ReadOnlySpan<byte> line)
    {
        int size = 0, digits = 0;
        foreach (byte character in line)
        {
            int digit = character switch
            {
                >= (byte)'0' and <= (byte)'9' => character - '0',
                >= (byte)'a' and <= (byte)'f' => character - 'a' + 10,
                >= (byte)'A' and <= (byte)'F' => character - 'A' + 10,
                _ => -1,
            };
            if (digit < 0)
            {
                break;
            }

            if (++digits > 7)
            {
                throw new RuntimeApiException("The Runtime API's answer has a chunk of more than 256 MB.");
            }

            size = size * 16 + digit;
        }

        return digits > 0 ? size : throw new RuntimeApiException("The Runtime API's answer has a chunk without a size.");
    }
}
