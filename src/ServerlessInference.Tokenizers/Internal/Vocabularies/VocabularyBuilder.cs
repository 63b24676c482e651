using System.Numerics;
using System.Runtime.CompilerServices;

namespace ServerlessInference.Tokenizers.Vocabularies;

/// <summary>Builds a <see cref="Vocabulary"/> over a block of UTF-8 bytes that contains the tokens.</summary>
internal sealed class VocabularyBuilder
{
    /// <summary>The maximum number of ids: a slot has 24 bits for the id, and one value means "empty".</summary>
    internal const int MaxIds = 0x00FF_FFFE;

    private readonly byte[] _bytes;
    private readonly byte[] _prefix;
    private readonly int _shift;
    private readonly uint[] _slots;
    private Vocabulary.Entry[] _entries;
    private int _count;
    private int _maxLength;
    private int _maxContinuationLength;

    /// <summary>Starts a vocabulary.</summary>
    /// <param name="bytes">The tokens, followed by <see cref="Vocabulary.Padding"/> bytes. Not copied.</param>
    /// <param name="capacity">At least the number of tokens.</param>
    /// <param name="prefix">The continuation prefix in UTF-8.</param>
    internal VocabularyBuilder(byte[] bytes, int capacity, byte[] prefix)
    {
        _bytes = bytes;
        _prefix = prefix;
        int bits = Math.Max(4, BitOperations.Log2((uint)Math.Max(1, capacity)) + 2);
        _slots = new uint[1 << bits];
        _shift = 64 - bits;
        _entries = new Vocabulary.Entry[capacity];
    }

    /// <summary>Adds a token. If a token occurs twice, the later id wins, as in Hugging Face's reader.</summary>
    internal void Add(int offset, int length, int id)
    {
        bool continuation = length >= _prefix.Length && _prefix.Length > 0 && _bytes.AsSpan(offset, length).StartsWith(_prefix);
        if (continuation)
        {
            offset += _prefix.Length;
            length -= _prefix.Length;
            _maxContinuationLength = Math.Max(_maxContinuationLength, length);
        }
        else
        {
            _maxLength = Math.Max(_maxLength, length);
        }

        (ulong low, ulong high) = Vocabulary.LoadShort(ref _bytes[offset], length);
        if (length > 16)
        {
            high = Unsafe.ReadUnaligned<ulong>(ref _bytes[offset + length - 8]);
        }

        uint meta = Vocabulary.Meta(length, continuation);
        ulong hash = Vocabulary.Hash(low, high, meta);
        uint tag = (uint)hash & 0xFF00_0000;
        uint slot = (uint)(hash >> _shift);
        uint mask = (uint)(_slots.Length - 1);
        for (; _slots[slot] != 0; slot = (slot + 1) & mask)
        {
            if ((_slots[slot] & 0xFF00_0000) == tag
                && IsSame((int)(_slots[slot] & 0x00FF_FFFF) - 1, low, high, meta, offset, length))
            {
                _entries[(int)(_slots[slot] & 0x00FF_FFFF) - 1] = default;
                _count--;
                break;
            }
        }

        if (id >= _entries.Length)
        {
            Array.Resize(ref _entries, Math.Max(id + 1, (int)Math.Min(_entries.Length * 2L, MaxIds)));
        }

        if (_entries[id].IsUsed)
        {
            throw new InvalidDataException(
                $"Two tokens of the vocabulary have the id {id}; every token needs its own id. Export the tokenizer again.");
        }

        _slots[slot] = tag | (uint)(id + 1);
        _entries[id] = Vocabulary.Entry.Create(low, high, meta, offset);
        _count++;
    }

    /// <summary>Adds tokens that are described by offset, length and id, three numbers per token.</summary>
    internal void AddAll(ReadOnlySpan<int> places)
    {
        for (int i = 0; i < places.Length; i += 3)
        {
            Add(places[i], places[i + 1], places[i + 2]);
        }
    }

    internal Vocabulary Build()
    {
        int limit = _entries.Length;
        while (limit > 0 && !_entries[limit - 1].IsUsed)
        {
            limit--;
        }

        if (limit < _entries.Length)
        {
            Array.Resize(ref _entries, limit);
        }

        return new Vocabulary(_slots, _entries, _bytes, _shift, _prefix, _count, _maxLength, _maxContinuationLength);
    }

    private bool IsSame(int id, ulong low, ulong high, uint meta, int offset, int length)
    {
        ref readonly Vocabulary.Entry entry = ref _entries[id];
        return entry.Low == low && entry.High == high && entry.Meta == meta &&
            (length <= 16 || _bytes.AsSpan(offset, length).SequenceEqual(_bytes.AsSpan(entry.Offset, length)));
    }
}
