using System.Globalization;
using ServerlessInference.Lambda.Invocations;

namespace ServerlessInference.Lambda.Runtime;

/// <summary>
/// Parses a response of the Runtime API from the pieces in which it arrives. It receives nothing itself: the connection does, either on a
/// blocked thread or asynchronously.
/// </summary>
/// <param name="maxRetainedPayload">A payload buffer that is larger than this is released after its response.</param>
internal sealed class ApiResponseReader(int maxRetainedPayload)
{
    private const int MaxLineLength = 64 * 1024;

    private byte[] _buffer = GC.AllocateUninitializedArray<byte>(8 * 1024);
    private byte[] _payload = [];
    private State _state;
    private int _start;
    private int _end;
    private int _length;
    private int _expected;

    private enum State
    {
        Head,
        Sized,
        ChunkSize,
        Chunk,
        ChunkEnd,
        Trailers,
        ToEnd,
        Complete,
    }

    public ApiResponse Response { get; } = new();

    /// <summary>Gets the body, valid until the next response begins.</summary>
    public Memory<byte> Body => _payload.AsMemory(0, _length);

    /// <summary>Gets a value indicating whether no byte of the response has arrived yet.</summary>
    public bool IsEmpty => _state == State.Head && _start == _end;

    /// <summary>Gets the memory to receive the next bytes into. The body is received directly into its final place.</summary>
    public Memory<byte> Space => _state is State.Sized or State.Chunk
        ? _payload.AsMemory(_length, _expected - _length)
        : _buffer.AsMemory(_end);

    /// <summary>Prepares for the next response on the same connection, or on a new one.</summary>
    public void Begin()
    {
        _state = State.Head;
        _start = _end = _length = _expected = 0;
        if (_payload.Length > maxRetainedPayload)
        {
            _payload = [];
        }
    }

    /// <summary>Parses bytes that were received into <see cref="Space"/>.</summary>
    /// <param name="count">The number of bytes; 0 if the other side has closed the connection.</param>
    /// <returns>Whether the response is complete.</returns>
    /// <exception cref="IOException">The other side closed the connection before the response was complete.</exception>
    /// <exception cref="RuntimeApiException">The response is not valid HTTP/1.1.</exception>
    public bool Received(int count)
    {
        if (count == 0)
        {
            return _state == State.ToEnd
                ? true
                : throw new IOException("The connection to the Runtime API was closed before the response was complete.");
        }

        if (_state is State.Sized or State.Chunk)
        {
            _length += count;
        }
        else
        {
            _end += count;
        }

        while (Step())
        {
        }

        if (_state != State.Complete && _end == _buffer.Length)
        {
            MakeRoom();
        }

        return _state == State.Complete;
    }

    /// <summary>Parses the next part of the response, if it has arrived completely.</summary>
    /// <returns>Whether there may be another part to parse.</returns>
    private bool Step()
    {
        switch (_state)
        {
            case State.Head:
                int head = _buffer.AsSpan(_start, _end - _start).IndexOf("\r\n\r\n"u8);
                if (head < 0)
                {
                    return false;
                }

                Response.Read(_buffer.AsSpan(_start, head));
                _start += head + 4;
                BeginBody();
                return true;
            case State.Sized or State.Chunk:
                TakeBuffered();
                if (_length < _expected)
                {
                    return false;
                }

                _state = _state == State.Sized ? State.Complete : State.ChunkEnd;
                return _state != State.Complete;
            case State.ToEnd:
                Expect(_end - _start);
                TakeBuffered();
                return false;
            case State.Complete:
                return false;
            default:
                return StepLine();
        }
    }

    private bool StepLine()
    {
        int length = _buffer.AsSpan(_start, _end - _start).IndexOf("\r\n"u8);
        if (length < 0)
        {
            return false;
        }

        ReadOnlySpan<byte> line = _buffer.AsSpan(_start, length);
        _start += length + 2;
        switch (_state)
        {
            case State.ChunkSize:
                int size = ChunkSize(line);
                _state = size == 0 ? State.Trailers : State.Chunk;
                Expect(size);
                break;
            case State.ChunkEnd:
                _state = length == 0
                    ? State.ChunkSize
                    : throw new RuntimeApiException("The Runtime API's response has a chunk that is longer than its announced size.");
                break;
            default:
                // Trailers are ignored; an empty line ends them.
                _state = length == 0 ? State.Complete : State.Trailers;
                break;
        }

        return true;
    }

    private void BeginBody()
    {
        if (Response.Status < 200)
        {
            // An interim response (RFC 9110, section 15.2); the final response follows.
            _state = State.Head;
        }
        else if (Response.Status is 204 or 304)
        {
            // These have no body, whatever length the head announces (RFC 9112, section 6.3).
            _state = State.Complete;
        }
        else if (Response.IsChunked)
        {
            _state = State.ChunkSize;
        }
        else if (Response.ContentLength >= 0)
        {
            _state = State.Sized;
            Expect(Response.ContentLength);
        }
        else
        {
            _state = State.ToEnd;
        }
    }

    /// <summary>Allocates space for further bytes of the body.</summary>
    private void Expect(long count)
    {
        if (_length + count > LambdaLimits.MaxEventBytes)
        {
            throw new RuntimeApiException(string.Create(
                CultureInfo.InvariantCulture,
                $"The Runtime API's response is longer than {LambdaLimits.MaxEventBytes:N0} bytes; Lambda sends events of at most 6 MB."));
        }

        _expected = _length + (int)count;
        if (_expected > _payload.Length)
        {
            byte[] grown = GC.AllocateUninitializedArray<byte>(
                Math.Max(_expected, Math.Min(2 * _payload.Length, LambdaLimits.MaxEventBytes)));
            _payload.AsSpan(0, _length).CopyTo(grown);
            _payload = grown;
        }
    }

    private void TakeBuffered()
    {
        int count = Math.Min(_end - _start, _expected - _length);
        _buffer.AsSpan(_start, count).CopyTo(_payload.AsSpan(_length));
        _start += count;
        _length += count;
        if (_start == _end)
        {
            _start = _end = 0;
        }
    }

    private void MakeRoom()
    {
        if (_end - _start > MaxLineLength)
        {
            throw new RuntimeApiException(string.Create(
                CultureInfo.InvariantCulture, $"The Runtime API's response has a head or a line of more than {MaxLineLength:N0} bytes."));
        }

        byte[] target = _start > 0 ? _buffer : GC.AllocateUninitializedArray<byte>(2 * _buffer.Length);
        _buffer.AsSpan(_start, _end - _start).CopyTo(target);
        _buffer = target;
        _end -= _start;
        _start = 0;
    }

    private static int ChunkSize(ReadOnlySpan<byte> line)
    {
        const int MaxDigits = 7;
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

            if (++digits > MaxDigits)
            {
                throw new RuntimeApiException("The Runtime API's response has a chunk of more than 256 MB.");
            }

            size = size * 16 + digit;
        }

        return digits > 0 ? size : throw new RuntimeApiException("The Runtime API's response has a chunk without a size.");
    }
}
