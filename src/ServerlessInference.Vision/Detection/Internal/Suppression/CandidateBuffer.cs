namespace ServerlessInference.Vision.Detection.Internal.Suppression;

/// <summary>Boxes above the lowest score, before suppression. Memory grows as needed and is kept from image to image. Not thread-safe.</summary>
internal sealed class CandidateBuffer
{
    private Candidate[] _items = new Candidate[256];

    /// <summary>Gets the number of boxes.</summary>
    public int Count { get; private set; }

    /// <summary>Gets the boxes, in the order in which they were added.</summary>
    public ReadOnlySpan<Candidate> Items => _items.AsSpan(0, Count);

    /// <summary>Empties the buffer.</summary>
    public void Clear() => Count = 0;

    /// <summary>Adds a box, unless a number of it is infinite or not a number, or the box is inside out.</summary>
    public void Add(in Candidate candidate)
    {
        float width = candidate.Right - candidate.Left;
        float height = candidate.Bottom - candidate.Top;

        // An infinite side gives an infinite width, or none at all.
        if (!(width >= 0 && width <= float.MaxValue && height >= 0 && height <= float.MaxValue && candidate.Score <= float.MaxValue))
        {
            return;
        }

        if (Count == _items.Length)
        {
            Array.Resize(ref _items, Count * 2);
        }

        _items[Count++] = candidate;
    }
}
