namespace ServerlessInference.Tokenizers;

/// <summary>A token sequence as a model takes it: ids, type ids, masks, and the range of the text that each token comes from.</summary>
/// <remarks>
/// <para>All spans have <see cref="Count"/> elements. They refer to the memory of this object and are valid until it changes. The caller
/// owns the object and reuses it, so that encoding allocates nothing once it has grown.</para>
/// <para>Not thread-safe; use one per thread.</para>
/// </remarks>
/// <example>
/// <code>
/// var encoding = new TokenEncoding();
/// foreach (string text in texts)
/// {
///     tokenizer.Encode(text, encoding);
///     Process(encoding.Ids, encoding.AttentionMask);
/// }
/// </code>
/// </example>
public sealed class TokenEncoding
{
    private int[] _ids = [];
    private int[] _typeIds = [];
    private int[] _mask = [];
    private int[] _special = [];
    private int[] _words = [];
    private int[] _sequences = [];
    private TextRange[] _offsets = [];

    /// <summary>Gets the number of tokens, padding included.</summary>
    public int Count { get; private set; }

    /// <summary>Gets the vocabulary ids (<c>input_ids</c>).</summary>
    public ReadOnlySpan<int> Ids => _ids.AsSpan(0, Count);

    /// <summary>Gets the segment of each token (<c>token_type_ids</c>): usually 0 for the first text and 1 for the second.</summary>
    public ReadOnlySpan<int> TypeIds => _typeIds.AsSpan(0, Count);

    /// <summary>Gets 1 for each token of the sequence and 0 for padding (<c>attention_mask</c>).</summary>
    public ReadOnlySpan<int> AttentionMask => _mask.AsSpan(0, Count);

    /// <summary>Gets 1 for padding and for special tokens that the tokenizer added, 0 for tokens of the texts.</summary>
    public ReadOnlySpan<int> SpecialTokensMask => _special.AsSpan(0, Count);

    /// <summary>Gets the index of the word that each token belongs to, counted per text; -1 for special tokens and padding.</summary>
    public ReadOnlySpan<int> WordIds => _words.AsSpan(0, Count);

    /// <summary>Gets 0 for tokens of the first text, 1 for those of the second; -1 for special tokens and padding.</summary>
    public ReadOnlySpan<int> SequenceIds => _sequences.AsSpan(0, Count);

    /// <summary>Gets the range of each token in its text, in UTF-16 units of the original string; (0, 0) for special tokens and
    /// padding.</summary>
    public ReadOnlySpan<TextRange> Offsets => _offsets.AsSpan(0, Count);

    /// <summary>Removes all tokens and keeps the memory for the next ones.</summary>
    public void Clear() => Count = 0;

    /// <summary>Replaces all tokens with those of another sequence.</summary>
    /// <param name="other">The other sequence.</param>
    public void CopyFrom(TokenEncoding other)
    {
        ArgumentNullException.ThrowIfNull(other);
        Count = 0;
        Reserve(other.Count);
        other.Ids.CopyTo(_ids);
        other.TypeIds.CopyTo(_typeIds);
        other.AttentionMask.CopyTo(_mask);
        other.SpecialTokensMask.CopyTo(_special);
        other.WordIds.CopyTo(_words);
        other.SequenceIds.CopyTo(_sequences);
        other.Offsets.CopyTo(_offsets);
        Count = other.Count;
    }

    /// <summary>Appends special tokens.</summary>
    /// <param name="ids">Their ids.</param>
    /// <param name="typeId">Their type id.</param>
    public void AddSpecialTokens(ReadOnlySpan<int> ids, int typeId = 0)
    {
        Reserve(Count + ids.Length);
        foreach (int id in ids)
        {
            Set(Count++, id, typeId, mask: 1);
        }
    }

    /// <summary>Appends tokens of a text.</summary>
    /// <param name="ids">Their ids.</param>
    /// <param name="wordIds">The index of each token's word.</param>
    /// <param name="offsets">The range of each token in the text.</param>
    /// <param name="typeId">Their type id.</param>
    /// <param name="sequenceId">0 for the first text, 1 for the second.</param>
    /// <exception cref="ArgumentException">The spans differ in length.</exception>
    public void AddTokens(
        ReadOnlySpan<int> ids, ReadOnlySpan<int> wordIds, ReadOnlySpan<TextRange> offsets, int typeId = 0, int sequenceId = 0)
    {
        int start = Count;
        int count = ids.Length;
        if (wordIds.Length != count || offsets.Length != count)
        {
            throw new ArgumentException(
                $"There are {count} ids, {wordIds.Length} word ids and {offsets.Length} offsets; give one of each per token.");
        }

        Reserve(start + count);
        ids.CopyTo(_ids.AsSpan(start));
        wordIds.CopyTo(_words.AsSpan(start));
        offsets.CopyTo(_offsets.AsSpan(start));
        _typeIds.AsSpan(start, count).Fill(typeId);
        _mask.AsSpan(start, count).Fill(1);
        _special.AsSpan(start, count).Clear();
        _sequences.AsSpan(start, count).Fill(sequenceId);
        Count += count;
    }

    /// <summary>Pads the sequence. A sequence that is at least as long stays as it is.</summary>
    /// <param name="length">The length in tokens.</param>
    /// <param name="id">The id of the padding token.</param>
    /// <param name="typeId">The type id of the padding token.</param>
    /// <param name="side">The side at which padding is added.</param>
    public void Pad(int length, int id, int typeId = 0, TextSide side = TextSide.Right)
    {
        int add = length - Count;
        if (add <= 0)
        {
            return;
        }

        Reserve(length);
        int from = Count;
        if (side == TextSide.Left)
        {
            Shift(_ids, add);
            Shift(_typeIds, add);
            Shift(_mask, add);
            Shift(_special, add);
            Shift(_words, add);
            Shift(_sequences, add);
            Shift(_offsets, add);
            from = 0;
        }

        Count = length;
        for (int i = from; i < from + add; i++)
        {
            Set(i, id, typeId, mask: 0);
        }
    }

    /// <summary>Gets the ranges of the last tokens, to change them.</summary>
    internal Span<TextRange> GetLastOffsets(int count) => _offsets.AsSpan(Count - count, count);

    /// <summary>Grows the arrays to at least this many tokens.</summary>
    internal void Reserve(int capacity)
    {
        if (_ids.Length >= capacity)
        {
            return;
        }

        int size = Math.Max(capacity, checked(_ids.Length * 2));
        Array.Resize(ref _ids, size);
        Array.Resize(ref _typeIds, size);
        Array.Resize(ref _mask, size);
        Array.Resize(ref _special, size);
        Array.Resize(ref _words, size);
        Array.Resize(ref _sequences, size);
        Array.Resize(ref _offsets, size);
    }

    private void Shift<T>(T[] values, int by) => values.AsSpan(0, Count).CopyTo(values.AsSpan(by));

    private void Set(int index, int id, int typeId, int mask)
    {
        _ids[index] = id;
        _typeIds[index] = typeId;
        _mask[index] = mask;
        _special[index] = 1;
        _words[index] = -1;
        _sequences[index] = -1;
        _offsets[index] = default;
    }
}
