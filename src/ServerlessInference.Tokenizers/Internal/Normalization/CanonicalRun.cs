namespace ServerlessInference.Tokenizers.Normalization;

/// <summary>A starter and the combining characters after it, which are put into canonical order.</summary>
/// <remarks>Uses a counting sort, so that a run of any length takes linear time.</remarks>
internal sealed class CanonicalRun
{
    private Part[] _parts = new Part[8];
    private Part[] _ordered = new Part[8];
    private bool _isOrdered = true;

    internal int Count { get; private set; }

    internal void Clear()
    {
        Count = 0;
        _isOrdered = true;
    }

    internal void Add(int codePoint, int combiningClass, int change)
    {
        if (Count == _parts.Length)
        {
            Array.Resize(ref _parts, checked(Count * 2));
        }

        _isOrdered &= Count == 0 || _parts[Count - 1].Class <= combiningClass;
        _parts[Count++] = new Part(codePoint, (byte)combiningClass, (sbyte)change);
    }

    /// <summary>Sorts by combining class, stably.</summary>
    internal ReadOnlySpan<Part> Order()
    {
        if (_isOrdered)
        {
            return _parts.AsSpan(0, Count);
        }

        if (_ordered.Length < Count)
        {
            _ordered = new Part[_parts.Length];
        }

        Span<int> next = stackalloc int[257];
        next.Clear();
        for (int i = 0; i < Count; i++)
        {
            next[_parts[i].Class + 1]++;
        }

        for (int i = 1; i < next.Length; i++)
        {
            next[i] += next[i - 1];
        }

        for (int i = 0; i < Count; i++)
        {
            _ordered[next[_parts[i].Class]++] = _parts[i];
        }

        return _ordered.AsSpan(0, Count);
    }

    /// <summary>A code point, its combining class, and the change that <see cref="AlignmentWriter"/> wants.</summary>
    internal readonly record struct Part(int CodePoint, byte Class, sbyte Change);
}
