using System.Globalization;

namespace ServerlessInference.Lambda;

/// <summary>
/// Reads an answer of the Runtime API from the pieces in which it arrives, without receiving them itself: the connection does that, on a
/// blocked thread or asynchronously.
/// </summary>
internal sealed class ApiResponseReader(int keptPayload)
{
    private const int LongestLine = 64 * 1024;

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

    /// <summary>Gets the body, valid until the next answer begins.</summary>
    public Memory<byte> Body => _payload.AsMemory(0, _length);

    /// <summary>Gets a value indicating whether not a byte of the answer has arrived.</summary>
    public bool IsUntouched => _state == State.Head && _start == _end;

    /// <summary>Gets where the next bytes belong: a large body is received in its final place.</summary>
    public Memory<byte> Space => _state is State.Sized or State.Chunk ? _payload.AsMemory(_length, _expected - _length) : _buffer.AsMemory(_end);

    /// <summary>Prepares for the next answer on the same connection, or on a new one.</summary>
    public void Begin()
    {
        _state = State.Head;
        _start = _end = _length = _expected = 0;
        if (_payload.Length > keptPayload)
        {
            _payload = [];
        }
    }

    /// <summary>Takes note of bytes that were received into <see cref="Space"/>.</summary>
    /// <param name="count">How many; 0 when the other side has closed.</param>
    /// <returns>Whether the answer is complete.</returns>
    /// <exception cref="IOException">The other side closed in the middle of the answer.</exception>
    /// <exception cref="RuntimeApiException">It is no answer of HTTP/1.1.</exception>
    public bool Received(int count)
    {
        if (count == 0)
        {
            return _state == State.ToEnd ? true : throw new IOException("The connection to the Runtime API was closed in the middle of an exchange.");
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

    /// <summary>Goes on as far as what has arrived allows.</summary>
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
                _state = length == 0 ? State.ChunkSize : throw new RuntimeApiException("The Runtime API's answer has a chunk that is longer than it says.");
                break;
            default:
                // Trailers mean nothing here; an empty line ends them.
                _state = length == 0 ? State.Complete : State.Trailers;
                break;
        }

        return true;
    }

    private void BeginBody()
    {
        if (Response.Status < 200)
        {
            // An interim answer (RFC 9110, section 15.2), which nobody asked for: the real one follows.
            _state = State.Head;
        }
        else if (Response.Status is 204 or 304)
        {
            // These have no body, whatever the head says (RFC 9112, section 6.3).
            _state = State.Complete;
        }
        else if (Response.Chunked)
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

    /// <summary>Makes room for so many more bytes of the body.</summary>
    private void Expect(long count)
    {
        if (_length + count > LambdaLimits.EventBytes)
        {
            throw new RuntimeApiException(string.Create(
                CultureInfo.InvariantCulture, $"The Runtime API's answer is longer than {LambdaLimits.EventBytes:N0} bytes; Lambda sends events of 6 MB at most."));
        }

        _expected = _length + (int)count;
        if (_expected > _payload.Length)
        {
            byte[] grown = GC.AllocateUninitializedArray<byte>(Math.Max(_expected, Math.Min(2 * _payload.Length, LambdaLimits.EventBytes)));
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
        if (_end - _start > LongestLine)
        {
            throw new RuntimeApiException(string.Create(
                CultureInfo.InvariantCulture, $"The Runtime API's answer has a head or a line of more than {LongestLine:N0} bytes."));
        }

        byte[] target = _start > 0 ? _buffer : GC.AllocateUninitializedArray<byte>(2 * _buffer.Length);
        _buffer.AsSpan(_start, _end - _start).CopyTo(target);
        _buffer = target;
        _end -= _start;
        _start = 0;
    }

    private static int ChunkSize(ReadOnlySpan<byte> line)
    {
        const int MostDigits = 7;
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

            if (++digits > MostDigits)
            {
                throw new RuntimeApiException("The Runtime API's answer has a chunk of more than 256 MB.");
            }

            size = size * 16 + digit;
        }

        return digits > 0 ? size : throw new RuntimeApiException("The Runtime API's answer has a chunk without a size.");
    }
}
