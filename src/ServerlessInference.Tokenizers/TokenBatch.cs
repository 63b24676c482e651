namespace ServerlessInference.Tokenizers;

/// <summary>The token sequences of several inputs, or the windows of one long input.</summary>
/// <remarks>Owned and reused by the caller: encoding into it again reuses its <see cref="TokenEncoding"/> objects. Not
/// thread-safe.</remarks>
public sealed class TokenBatch
{
    private readonly List<TokenEncoding> _encodings = [];

    /// <summary>Gets the number of sequences.</summary>
    public int Count { get; private set; }

    /// <summary>Gets the length of the longest sequence in tokens; 0 if the batch is empty.</summary>
    public int MaxLength
    {
        get
        {
            int longest = 0;
            for (int i = 0; i < Count; i++)
            {
                longest = Math.Max(longest, _encodings[i].Count);
            }

            return longest;
        }
    }

    /// <summary>Gets a sequence.</summary>
    /// <param name="index">0 to <see cref="Count"/> - 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The index is not in that range.</exception>
    public TokenEncoding this[int index]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfNegative(index);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
            return _encodings[index];
        }
    }

    /// <summary>Removes all sequences and keeps their memory for the next ones.</summary>
    public void Clear() => Count = 0;

    /// <summary>Appends an empty sequence.</summary>
    /// <returns>The sequence, to encode into.</returns>
    public TokenEncoding Add()
    {
        if (Count == _encodings.Count)
        {
            _encodings.Add(new TokenEncoding());
        }

        TokenEncoding encoding = _encodings[Count++];
        encoding.Clear();
        return encoding;
    }
}
