using System.Numerics;

namespace ServerlessInference.Tokenizers.Models;

/// <summary>The merges of BPE: which pairs of tokens become which token, and in which order.</summary>
/// <remarks>An open-addressing hash table. Immutable once filled, and thread-safe.</remarks>
internal sealed class MergeTable
{
    private readonly Entry[] _entries;
    private readonly int _shift;

    internal MergeTable(int count)
    {
        int bits = BitOperations.Log2((uint)Math.Max(8, count)) + 2;
        _entries = new Entry[1 << bits];
        _shift = 64 - bits;
        Array.Fill(_entries, new Entry { Key = ulong.MaxValue });
    }

    /// <summary>Adds a merge. Of two merges of a pair the later one counts.</summary>
    internal void Add(int left, int right, int rank, int result)
    {
        ref Entry entry = ref FindSlot(ToKey(left, right));
        entry.Key = ToKey(left, right);
        entry.Rank = rank;
        entry.Result = result;
    }

    internal bool TryFind(int left, int right, out int rank, out int result)
    {
        ref Entry entry = ref FindSlot(ToKey(left, right));
        rank = entry.Rank;
        result = entry.Result;
        return entry.Key != ulong.MaxValue;
    }

    private static ulong ToKey(int left, int right) => ((ulong)(uint)left << 32) | (uint)right;

    private ref Entry FindSlot(ulong key)
    {
        uint slot = (uint)((key * 0x9E37_79B9_7F4A_7C15UL) >> _shift);
        uint mask = (uint)(_entries.Length - 1);
        while (_entries[slot].Key != key && _entries[slot].Key != ulong.MaxValue)
        {
            slot = (slot + 1) & mask;
        }

        return ref _entries[slot];
    }

    private struct Entry
    {
        internal ulong Key;
        internal int Rank;
        internal int Result;
    }
}
