namespace ServerlessInference.Text.Tokenization.Internal;

/// <summary>The tokens of one text without special tokens: ids, ranges and words in growing arrays that are reused.</summary>
internal sealed class SequenceTokens
{
    private readonly List<int> _matches = [];
    private int[] _ids = new int[64];
    private int[] _words = new int[64];
    private TextRange[] _ranges = new TextRange[64];

    internal int Count { get; private set; }

    internal ReadOnlySpan<int> Ids => _ids.AsSpan(0, Count);

    internal ReadOnlySpan<int> Words => _words.AsSpan(0, Count);

    internal ReadOnlySpan<TextRange> Ranges => _ranges.AsSpan(0, Count);

    internal void Clear()
    {
        Count = 0;
        _matches.Clear();
    }

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

    internal void AddMatch(AddedTokenMatch match, int word)
    {
        _matches.Add(Count);
        Add(match.Id, match.Start, match.End, word);
    }

    /// <summary>Keeps whole words from the end until there are enough tokens. An added token never is the word that is enough.</summary>
    internal void KeepEnd(int limit)
    {
        int start = Count;
        while (start > 0 && (Count - start < limit || _matches.BinarySearch(start) >= 0))
        {
            int word = _words[start - 1];
            while (start > 0 && _words[start - 1] == word)
            {
                start--;
            }
        }

        int kept = Count - start;
        _ids.AsSpan(start, kept).CopyTo(_ids);
        _words.AsSpan(start, kept).CopyTo(_words);
        _ranges.AsSpan(start, kept).CopyTo(_ranges);
        Count = kept;
    }

    private void Grow()
    {
        int size = checked(_ids.Length * 2);
        Array.Resize(ref _ids, size);
        Array.Resize(ref _words, size);
        Array.Resize(ref _ranges, size);
    }
}
