using System.Buffers.Binary;

namespace ServerlessInference.Imaging.Formats.Png;

/// <summary>Presents the data of consecutive IDAT chunks as one stream, without copying them out of the encoded file first.</summary>
/// <remarks>
/// The caller must pin the memory from <see cref="Begin"/> to <see cref="End"/>, and must have verified the lengths of the chunks: this
/// class does not check them again. <see cref="Begin"/> may be called any number of times.
/// </remarks>
internal sealed unsafe class PngDataStream : Stream
{
    /// <summary>The length of a chunk's length and type, which precede the data.</summary>
    private const int ChunkHeaderLength = 8;

    /// <summary>The length of a chunk's checksum, which follows the data.</summary>
    private const int ChunkTrailerLength = 4;

    private byte* _nextChunk;
    private int _remaining;
    private byte* _data;
    private int _dataRemaining;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Starts reading at the first of the given chunks.</summary>
    public void Begin(byte* chunks, int length)
    {
        _nextChunk = chunks;
        _remaining = length;
        _data = null;
        _dataRemaining = 0;
    }

    /// <summary>Releases the memory. From then on, every read reports the end of the stream.</summary>
    public void End() => Begin(null, 0);

    public override int Read(Span<byte> buffer)
    {
        // A loop, because a chunk may be empty.
        while (_dataRemaining == 0)
        {
            if (_remaining == 0)
            {
                return 0;
            }

            _dataRemaining = (int)BinaryPrimitives.ReadUInt32BigEndian(new ReadOnlySpan<byte>(_nextChunk, sizeof(uint)));
            _data = _nextChunk + ChunkHeaderLength;
            _nextChunk = _data + _dataRemaining + ChunkTrailerLength;
            _remaining -= ChunkHeaderLength + _dataRemaining + ChunkTrailerLength;
        }

        int count = Math.Min(buffer.Length, _dataRemaining);
        new ReadOnlySpan<byte>(_data, count).CopyTo(buffer);
        _data += count;
        _dataRemaining -= count;
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
