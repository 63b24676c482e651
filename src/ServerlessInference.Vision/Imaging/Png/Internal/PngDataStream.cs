using System.Buffers.Binary;

namespace ServerlessInference.Vision.Imaging.Png.Internal;

/// <summary>The data of consecutive IDAT chunks as one stream, straight from the encoded file.</summary>
/// <remarks>
/// Reads memory that the caller pins, from <see cref="Begin"/> to <see cref="End"/>. The chunks' frames must have been checked. May begin any number of times.
/// </remarks>
internal sealed unsafe class PngDataStream : Stream
{
    private const int FrameHead = 8;
    private const int FrameTail = 4;

    private byte* _next;
    private int _left;
    private byte* _data;
    private int _dataLeft;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Starts at the first of some chunks.</summary>
    public void Begin(byte* chunks, int length)
    {
        _next = chunks;
        _left = length;
        _data = null;
        _dataLeft = 0;
    }

    /// <summary>Lets go of the memory: what is read from now on is the end of the stream.</summary>
    public void End() => Begin(null, 0);

    public override int Read(Span<byte> buffer)
    {
        while (_dataLeft == 0)
        {
            if (_left == 0)
            {
                return 0;
            }

            _dataLeft = (int)BinaryPrimitives.ReadUInt32BigEndian(new ReadOnlySpan<byte>(_next, sizeof(uint)));
            _data = _next + FrameHead;
            _next = _data + _dataLeft + FrameTail;
            _left -= FrameHead + _dataLeft + FrameTail;
        }

        int count = Math.Min(buffer.Length, _dataLeft);
        new ReadOnlySpan<byte>(_data, count).CopyTo(buffer);
        _data += count;
        _dataLeft -= count;
        return count;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
