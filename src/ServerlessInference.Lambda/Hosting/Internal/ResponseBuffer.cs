using System.Buffers;

namespace ServerlessInference.Lambda;

/// <summary>Takes a response's bytes behind room for a request's head, so that both leave in one piece. Reused from one invocation to the next.</summary>
internal sealed class ResponseBuffer : IBufferWriter<byte>
{
    private const int Initial = 4 * 1024;

    /// <summary>A buffer that grew beyond this is not kept: a rare long answer should not hold its memory for ever.</summary>
    private const int Kept = 1024 * 1024;

    private readonly int _room;
    private byte[] _buffer;
    private int _end;

    /// <summary>Creates a buffer.</summary>
    /// <param name="room">The bytes to keep free before the body.</param>
    public ResponseBuffer(int room)
    {
        _room = _end = room;
        _buffer = GC.AllocateUninitializedArray<byte>(room + Initial);
    }

    public int Length => _end - _room;

    public ReadOnlyMemory<byte> Body => _buffer.AsMemory(_room, Length);

    public void Clear()
    {
        _end = _room;
        if (_buffer.Length > Kept)
        {
            _buffer = GC.AllocateUninitializedArray<byte>(_room + Initial);
        }
    }

    /// <summary>Puts a head before the body.</summary>
    public ReadOnlyMemory<byte> WithHead(ReadOnlySpan<byte> head)
    {
        head.CopyTo(_buffer.AsSpan(_room - head.Length));
        return _buffer.AsMemory(_room - head.Length, head.Length + Length);
    }

    public void Advance(int count)
    {
        _end += count;
        if (Length > LambdaLimits.SynchronousResponseBytes)
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
