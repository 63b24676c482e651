namespace ServerlessInference.Vision.Imaging.Jpeg.Internal;

/// <summary>The encoded bytes and how far they are read.</summary>
internal sealed unsafe class JpegInput
{
    private byte* _data;
    private int _length;

    /// <summary>Gets the position of the next byte.</summary>
    public int Position { get; private set; }

    /// <summary>Gets or sets the marker that was found and not dealt with yet; 0 if none.</summary>
    public int PendingMarker { get; set; }

    /// <summary>Gets the bytes not yet read.</summary>
    public ReadOnlySpan<byte> Rest => new(_data + Position, _length - Position);

    /// <summary>Begins to read an image.</summary>
    /// <param name="data">The encoded bytes, which must stay in place until <see cref="Close"/>.</param>
    /// <param name="length">Their number.</param>
    public void Open(byte* data, int length)
    {
        _data = data;
        _length = length;
        Position = 0;
        PendingMarker = 0;
    }

    /// <summary>Forgets the encoded bytes.</summary>
    public void Close() => Open(null, 0);

    public int ReadByte() => Position < _length ? _data[Position++] : throw JpegErrors.Truncated();

    public int ReadUInt16()
    {
        int high = ReadByte();
        return (high << 8) | ReadByte();
    }

    public ReadOnlySpan<byte> Read(int count)
    {
        if (count > _length - Position)
        {
            throw JpegErrors.Truncated();
        }

        var bytes = new ReadOnlySpan<byte>(_data + Position, count);
        Position += count;
        return bytes;
    }

    /// <summary>Moves on over bytes that were looked at in <see cref="Rest"/>.</summary>
    /// <param name="count">Bytes, at most those of <see cref="Rest"/>.</param>
    public void Skip(int count) => Position += count;

    /// <summary>Gets a value indicating whether a segment's length and as many bytes as it says follow.</summary>
    public bool HasBody => Rest is [byte high, byte low, ..] && Rest.Length >= Math.Max(2, (high << 8) | low);

    /// <summary>Moves to just after the next marker, over whatever lies before it, and makes it the pending one.</summary>
    public void FindMarker()
    {
        if (!TryFindMarker())
        {
            throw JpegErrors.Truncated();
        }
    }

    /// <summary>Moves to just after the next marker, over whatever lies before it, and makes it the pending one.</summary>
    /// <returns>Whether there is one.</returns>
    public bool TryFindMarker()
    {
        ReadOnlySpan<byte> rest = Rest;
        for (int at = rest.IndexOf((byte)0xFF); at >= 0 && at < rest.Length;)
        {
            if (rest[at] == 0xFF)
            {
                at++;
            }
            else if (rest[at] != 0)
            {
                PendingMarker = rest[at];
                Position += at + 1;
                return true;
            }
            else
            {
                int next = rest[at..].IndexOf((byte)0xFF);
                at = next < 0 ? rest.Length : at + next;
            }
        }

        Position = _length;
        return false;
    }
}
