using System.Buffers;

namespace ServerlessInference.Lambda.Invocations;

/// <summary>
/// Holds a response's bytes, with free room in front of them for the head of the HTTP request, so that both are sent in one piece. Reused
/// for one invocation after another.
/// </summary>
internal sealed class ResponseBuffer : IBufferWriter<byte>
{
    private const int InitialSize = 4 * 1024;

    /// <summary>A buffer that grew beyond this size is released, so that a rare long response does not keep its memory.</summary>
    private const int MaxRetainedSize = 1024 * 1024;

    private readonly int _room;
    private byte[] _buffer;
    private int _end;

    /// <summary>Creates a buffer.</summary>
    /// <param name="room">The number of bytes to keep free in front of the body.</param>
    public ResponseBuffer(int room)
    {
        _room = _end = room;
        _buffer = GC.AllocateUninitializedArray<byte>(room + InitialSize);
    }

    public int Length => _end - _room;

    public ReadOnlyMemory<byte> Body => _buffer.AsMemory(_room, Length);

    public void Clear()
    {
        _end = _room;
        if (_buffer.Length > MaxRetainedSize)
        {
            _buffer = GC.AllocateUninitializedArray<byte>(_room + InitialSize);
        }
    }

    /// <summary>Puts a head directly in front of the body.</summary>
    public ReadOnlyMemory<byte> WithHead(ReadOnlySpan<byte> head)
    {
        head.CopyTo(_buffer.AsSpan(_room - head.Length));
        return _buffer.AsMemory(_room - head.Length, head.Length + Length);
    }

    public void Advance(int count)
    {
        _end += count;
        if (Length > LambdaLimits.MaxResponseBytes)
        {
            throw new ResponseTooLargeException();
        }
    }

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Grow(sizeHint);
        return _buffer.AsMemory(_end);
    }

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Grow(sizeHint);
        return _buffer.AsSpan(_end);
    }

    private void Grow(int sizeHint)
    {
        int needed = _end + Math.Max(sizeHint, 1);
        if (needed > _buffer.Length)
        {
            Array.Resize(ref _buffer, Math.Max(needed, (int)Math.Min(2L * _buffer.Length, Array.MaxLength)));
        }
    }
}
