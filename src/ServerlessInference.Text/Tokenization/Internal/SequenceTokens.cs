namespace ServerlessInference.Text.Tokenization.Internal;

/// <summary>The tokens of one text without special tokens: ids, ranges and words in growing arrays that are reused.</summary>
internal sealed class SequenceTokens
{
    private int[] _ids = new int[64];
    private int[] _words = new int[64];
    private TextRange[] _ranges = new TextRange[64];

    internal int Count { get; private set; }

    internal ReadOnlySpan<int> Ids => _ids.AsSpan(0, Count);

    internal ReadOnlySpan<int> Words => _words.AsSpan(0, Count);

    internal ReadOnlySpan<TextRange> Ranges => _ranges.AsSpan(0, Count);

    internal void Clear() => Count = 0;

    internal void Add(int id, int start, int end, int word)
    {
        int index = Count;
        int[] ids = _ids;
        if ((uint)index >= (uint)ids.Length)
        {
            Grow();
            ids = _ids;
        }

        ids[index] = id;
        _words[index] = word;
        _ranges[index] = new TextRange(start, end);
        Count = index + 1;
    }

    private void Grow()
    {
        int size = checked(_ids.Length * 2);
        Array.Resize(ref _ids, size);
        Array.Resize(ref _words, size);
        Array.Resize(ref _ranges, size);
    }
}
