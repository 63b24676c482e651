namespace ServerlessInference.Imaging.Formats.Jpeg;

/// <summary>The encoded bytes and the reading position.</summary>
internal sealed unsafe class JpegInput
{
    private byte* _data;
    private int _length;

    /// <summary>Gets the position of the next byte.</summary>
    public int Position { get; private set; }

    /// <summary>Gets or sets the marker that was found but not handled yet; 0 if there is none.</summary>
    public int PendingMarker { get; set; }

    /// <summary>Gets the bytes that have not been read yet.</summary>
    public ReadOnlySpan<byte> Remaining => new(_data + Position, _length - Position);

    /// <summary>Starts to read an image.</summary>
    /// <param name="data">The encoded bytes, which must stay pinned until <see cref="Close"/>.</param>
    /// <param name="length">The number of bytes.</param>
    public void Open(byte* data, int length)
    {
        _data = data;
        _length = length;
        Position = 0;
        PendingMarker = 0;
    }

    /// <summary>Releases the reference to the encoded bytes.</summary>
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

    /// <summary>Advances the position past bytes that were read through <see cref="Remaining"/>.</summary>
    /// <param name="count">The number of bytes, at most the length of <see cref="Remaining"/>.</param>
    public void Skip(int count) => Position += count;

    /// <summary>Gets a value indicating whether the length of a segment follows, and as many bytes as it states.</summary>
    public bool HasBody => Remaining is [byte high, byte low, ..] && Remaining.Length >= Math.Max(2, (high << 8) | low);

    /// <summary>Advances the position past the next marker, skipping everything before it, and makes that marker the pending one.</summary>
    /// <exception cref="InvalidImageException">There is no further marker.</exception>
    public void FindMarker()
    {
        if (!TryFindMarker())
        {
            throw JpegErrors.Truncated();
        }
    }

    /// <summary>Advances the position past the next marker, skipping everything before it, and makes that marker the pending one.</summary>
    /// <returns><see langword="true"/> if a marker was found.</returns>
    public bool TryFindMarker()
    {
        // A marker is 0xFF, any number of times, followed by a byte that is neither 0xFF nor 0 (which is byte stuffing).
        ReadOnlySpan<byte> rest = Remaining;
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
