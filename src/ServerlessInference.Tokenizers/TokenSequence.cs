namespace ServerlessInference.Tokenizers;

/// <summary>The tokens of one text, without special tokens. A token model writes them.</summary>
/// <remarks>Its memory is reused from text to text. Not thread-safe.</remarks>
public sealed class TokenSequence
{
    // Where added tokens are, in ascending order.
    private readonly List<int> _addedTokens = [];
    private int[] _ids = new int[64];
    private int[] _wordIds = new int[64];
    private TextRange[] _offsets = new TextRange[64];

    /// <summary>Gets the number of tokens.</summary>
    public int Count { get; private set; }

    /// <summary>Gets the vocabulary ids.</summary>
    public ReadOnlySpan<int> Ids => _ids.AsSpan(0, Count);

    /// <summary>Gets the index of the word that each token belongs to.</summary>
    public ReadOnlySpan<int> WordIds => _wordIds.AsSpan(0, Count);

    /// <summary>Gets the range of each token in UTF-16 units of the original text.</summary>
    public ReadOnlySpan<TextRange> Offsets => _offsets.AsSpan(0, Count);

    /// <summary>Removes all tokens and keeps the memory for the next ones.</summary>
    public void Clear()
    {
        Count = 0;
        _addedTokens.Clear();
    }

    /// <summary>Appends a token.</summary>
    /// <param name="id">Its vocabulary id.</param>
    /// <param name="start">The UTF-16 index at which it starts in the original text.</param>
    /// <param name="end">The UTF-16 index at which it ends, exclusive.</param>
    /// <param name="wordId">The index of its word: the same as that of the token before it, or one more.</param>
    public void Add(int id, int start, int end, int wordId)
    {
        int index = Count;
        int[] ids = _ids;
        if ((uint)index >= (uint)ids.Length)
        {
            Grow();
            ids = _ids;
        }

        ids[index] = id;
        _wordIds[index] = wordId;
        _offsets[index] = new TextRange(start, end);
        Count = index + 1;
    }

    /// <summary>Appends an added token, which is a word of its own.</summary>
    internal void AddMatch(AddedTokenMatch match, int wordId)
    {
        _addedTokens.Add(Count);
        Add(match.Id, match.Start, match.End, wordId);
    }

    /// <summary>Keeps whole words from the end until there are enough tokens.</summary>
    /// <remarks>As in Hugging Face's tokenizers, an added token is never the word that makes them enough: the word before it is kept as
    /// well.</remarks>
    internal void KeepEnd(int limit)
    {
        int start = Count;
        while (start > 0 && (Count - start < limit || _addedTokens.BinarySearch(start) >= 0))
        {
            int word = _wordIds[start - 1];
            while (start > 0 && _wordIds[start - 1] == word)
            {
                start--;
            }
        }

        int kept = Count - start;
        _ids.AsSpan(start, kept).CopyTo(_ids);
        _wordIds.AsSpan(start, kept).CopyTo(_wordIds);
        _offsets.AsSpan(start, kept).CopyTo(_offsets);
        Count = kept;
    }

    private void Grow()
    {
        int size = checked(_ids.Length * 2);
        Array.Resize(ref _ids, size);
        Array.Resize(ref _wordIds, size);
        Array.Resize(ref _offsets, size);
    }
}
