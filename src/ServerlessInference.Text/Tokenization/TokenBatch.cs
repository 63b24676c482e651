namespace ServerlessInference.Text.Tokenization;

/// <summary>Token sequences of several inputs, or the windows of one long input.</summary>
/// <remarks>Owned and reused by the caller: encoding into it again reuses its <see cref="TokenEncoding"/> objects. Not
/// thread-safe.</remarks>
public sealed class TokenBatch
{
    private readonly List<TokenEncoding> _encodings = [];

    /// <summary>Gets the number of sequences.</summary>
    public int Count { get; private set; }

    /// <summary>Gets the length of the longest sequence; 0 when empty.</summary>
    public int LongestLength
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

    internal void Clear() => Count = 0;

    internal TokenEncoding Next()
    {
        if (Count == _encodings.Count)
        {
            _encodings.Add(new TokenEncoding());
        }

        return _encodings[Count++];
    }
}
