namespace ServerlessInference.Text.Tokenization;

/// <summary>One token sequence as a model takes it: ids, types, masks, and where in the texts each token comes from.</summary>
/// <remarks>
/// <para>All spans have <see cref="Count"/> elements. They show the object's own memory and are valid until it is encoded into
/// again: the caller owns the object and reuses it, so that encoding allocates nothing once it has grown.</para>
/// <para>Not thread-safe; use one per thread.</para>
/// </remarks>
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

    /// <summary>Gets the segment of each token (<c>token_type_ids</c>): 0 for the first text, 1 for the second.</summary>
    public ReadOnlySpan<int> TypeIds => _typeIds.AsSpan(0, Count);

    /// <summary>Gets 1 for tokens to attend to, 0 for padding (<c>attention_mask</c>).</summary>
    public ReadOnlySpan<int> AttentionMask => _mask.AsSpan(0, Count);

    /// <summary>Gets 1 for special tokens that the tokenizer put in and for padding, 0 for tokens of the texts.</summary>
    public ReadOnlySpan<int> SpecialTokensMask => _special.AsSpan(0, Count);

    /// <summary>Gets the index of each token's word in its text; -1 for special tokens and padding.</summary>
    public ReadOnlySpan<int> WordIds => _words.AsSpan(0, Count);

    /// <summary>Gets 0 for tokens of the first text, 1 for those of the second; -1 for special tokens and padding.</summary>
    public ReadOnlySpan<int> SequenceIds => _sequences.AsSpan(0, Count);

    /// <summary>Gets where each token lies in its own text, in UTF-16 units of the original string; (0, 0) for special tokens and
    /// padding.</summary>
    public ReadOnlySpan<TextRange> Offsets => _offsets.AsSpan(0, Count);

    internal void Reset(int capacity)
    {
        Count = 0;
        Reserve(capacity);
    }

    internal void CopyFrom(TokenEncoding other)
    {
        Reset(other.Count);
        other.Ids.CopyTo(_ids);
        other.TypeIds.CopyTo(_typeIds);
        other.AttentionMask.CopyTo(_mask);
        other.SpecialTokensMask.CopyTo(_special);
        other.WordIds.CopyTo(_words);
        other.SequenceIds.CopyTo(_sequences);
        other.Offsets.CopyTo(_offsets);
        Count = other.Count;
    }

    internal void AddSpecial(ReadOnlySpan<int> ids, int typeId)
    {
        Reserve(Count + ids.Length);
        foreach (int id in ids)
        {
            Set(Count++, id, typeId, mask: 1);
        }
    }

    internal void AddSequence(
        ReadOnlySpan<int> ids, ReadOnlySpan<int> words, ReadOnlySpan<TextRange> ranges, int typeId, int sequence)
    {
        int start = Count;
        int count = ids.Length;
        Reserve(start + count);
        ids.CopyTo(_ids.AsSpan(start));
        words.CopyTo(_words.AsSpan(start));
        ranges.CopyTo(_offsets.AsSpan(start));
        _typeIds.AsSpan(start, count).Fill(typeId);
        _mask.AsSpan(start, count).Fill(1);
        _special.AsSpan(start, count).Clear();
        _sequences.AsSpan(start, count).Fill(sequence);
        Count += count;
    }

    internal void Pad(int length, int id, int typeId, TextSide side)
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

    private void Reserve(int capacity)
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
}
