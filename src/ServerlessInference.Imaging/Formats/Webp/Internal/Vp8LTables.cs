namespace ServerlessInference.Imaging.Formats.Webp;

/// <summary>The memory for the tables of all prefix codes of a picture.</summary>
internal sealed unsafe class Vp8LTables
{
    private const int InitialLength = 64 * 1024;

    /// <summary>
    /// The maximum number of entries. Pictures need a few thousand per group of codes and have a few hundred groups; a damaged file may
    /// state 65,536 groups.
    /// </summary>
    private const int MaxLength = 16 * 1024 * 1024;

    private readonly PinnedBuffer<uint>[] _buffers = [new(), new()];
    private int _current;
    private int _capacity;
    private int _length;

    public uint* Memory { get; private set; }

    /// <summary>Makes all memory available again.</summary>
    public void Reset()
    {
        _length = 0;
        if (Memory == null)
        {
            Grow(InitialLength);
        }
    }

    /// <summary>Allocates a table.</summary>
    /// <param name="length">The number of entries.</param>
    /// <returns>Its offset. <see cref="Memory"/> may have changed.</returns>
    public int Allocate(int length)
    {
        if (_length + length > _capacity)
        {
            Grow(_length + length);
        }

        _length += length;
        return _length - length;
    }

    private void Grow(int needed)
    {
        if (needed > MaxLength)
        {
            throw new InvalidImageException(
                InvalidImageKind.TooLarge, "The WebP has more prefix codes than the decoder accepts. Save it with another encoder.");
        }

        int capacity = Math.Min(MaxLength, Math.Max(needed, 2 * _capacity));
        PinnedBuffer<uint> old = _buffers[_current];
        _current ^= 1;
        uint* memory = _buffers[_current].Ensure(capacity);
        new ReadOnlySpan<uint>(Memory, _length).CopyTo(new Span<uint>(memory, capacity));
        old.Release();
        Memory = memory;
        _capacity = capacity;
    }
}
