using ServerlessInference.Tokenizers.Normalization;

namespace ServerlessInference.Tokenizers.Models;

/// <summary>The tokens of a word: ids, and ranges in units of the word. A growing buffer that one thread reuses.</summary>
internal sealed class WordTokens
{
    private int[] _ids = new int[64];
    private UnitRange[] _ranges = new UnitRange[64];

    internal int Count { get; private set; }

    internal ReadOnlySpan<int> Ids => _ids.AsSpan(0, Count);

    internal ReadOnlySpan<UnitRange> Ranges => _ranges.AsSpan(0, Count);

    internal void Clear() => Count = 0;

    internal void Add(int id, int start, int end)
    {
        if (Count == _ids.Length)
        {
            Array.Resize(ref _ids, checked(Count * 2));
            Array.Resize(ref _ranges, _ids.Length);
        }

        _ids[Count] = id;
        _ranges[Count++] = new UnitRange(start, end);
    }

    /// <summary>Releases the memory of an unusually long word.</summary>
    internal void Trim(int keep)
    {
        if (_ids.Length > keep)
        {
            _ids = new int[64];
            _ranges = new UnitRange[64];
            Count = 0;
        }
    }
}
