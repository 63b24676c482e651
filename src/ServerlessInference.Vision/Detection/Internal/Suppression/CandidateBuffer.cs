namespace ServerlessInference.Vision.Detection.Suppression;

/// <summary>The boxes above the minimum score, before suppression. The memory is reused from image to image. Not thread-safe.</summary>
internal sealed class CandidateBuffer
{
    private Candidate[] _items = new Candidate[256];

    /// <summary>Gets the number of boxes.</summary>
    public int Count { get; private set; }

    /// <summary>Gets the boxes, in the order in which they were added.</summary>
    public ReadOnlySpan<Candidate> Items => _items.AsSpan(0, Count);

    /// <summary>Empties the buffer.</summary>
    public void Clear() => Count = 0;

    /// <summary>Adds a box. A box with an infinite value or a NaN, or with a negative width or height, is ignored.</summary>
    public void Add(in Candidate candidate)
    {
        float width = candidate.Right - candidate.Left;
        float height = candidate.Bottom - candidate.Top;

        // An infinite edge gives an infinite width or NaN, and NaN fails every comparison, so this also checks the edges themselves.
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
