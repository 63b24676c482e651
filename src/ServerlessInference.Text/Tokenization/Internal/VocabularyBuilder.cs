using System.Numerics;
using System.Runtime.CompilerServices;

namespace ServerlessInference.Text.Tokenization.Internal;

/// <summary>Builds a <see cref="Vocabulary"/> over a block of UTF-8 bytes in which every token lies as a whole.</summary>
internal sealed class VocabularyBuilder
{
    /// <summary>The highest id plus one that a vocabulary may use: 24 bits of a slot, less the value for "empty".</summary>
    internal const int MaxIds = 0x00FF_FFFE;

    private readonly byte[] _bytes;
    private readonly byte[] _prefix;
    private readonly int _shift;
    private readonly uint[] _slots;
    private Vocabulary.Entry[] _entries;
    private int _count;
    private int _longest;
    private int _longestContinuation;

    /// <summary>Starts a vocabulary.</summary>
    /// <param name="bytes">The tokens, and <see cref="Vocabulary.Padding"/> bytes more. Kept.</param>
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

    /// <summary>Adds a token. Of two equal ones the later id holds, as in Hugging Face's reader.</summary>
    internal void Add(int offset, int length, int id)
    {
        bool continuation = length >= _prefix.Length && _prefix.Length > 0 && _bytes.AsSpan(offset, length).StartsWith(_prefix);
        if (continuation)
        {
            offset += _prefix.Length;
            length -= _prefix.Length;
            _longestContinuation = Math.Max(_longestContinuation, length);
        }
        else
        {
            _longest = Math.Max(_longest, length);
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
            if ((_slots[slot] & 0xFF00_0000) == tag && IsSame((int)(_slots[slot] & 0x00FF_FFFF) - 1, low, high, meta, offset, length))
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
            throw new ModelLoadException($"Two tokens of the vocabulary have the id {id}; every token needs its own. Export the tokenizer again.");
        }

        _slots[slot] = tag | (uint)(id + 1);
        _entries[id] = Vocabulary.Entry.Create(low, high, meta, offset);
        _count++;
    }

    /// <summary>Adds tokens given as offset, length and id one after the other.</summary>
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

        return new Vocabulary(_slots, _entries, _bytes, _shift, _prefix, _count, _longest, _longestContinuation);
    }

    private bool IsSame(int id, ulong low, ulong high, uint meta, int offset, int length)
    {
        ref readonly Vocabulary.Entry entry = ref _entries[id];
        return entry.Low == low && entry.High == high && entry.Meta == meta &&
            (length <= 16 || _bytes.AsSpan(offset, length).SequenceEqual(_bytes.AsSpan(entry.Offset, length)));
    }
}
