using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace ServerlessInference.Tokenizers.Vocabularies;

/// <summary>Maps tokens to ids and back.</summary>
/// <remarks>
/// <para>An open-addressing hash table over the UTF-8 bytes of the vocabulary file, without a string per token. The key of a token is two
/// 64-bit words made of its content without the continuation prefix. For up to 16 bytes of content they are the content itself, padded
/// with zeros; for longer content, the first and the last 8 bytes. The length and the prefix flag are compared as well, and beyond 16
/// bytes the whole content.</para>
/// <para>Immutable and thread-safe.</para>
/// </remarks>
internal sealed class Vocabulary
{
    /// <summary>The number of bytes after a word that must be readable, because <see cref="LoadShort"/> always reads 16.</summary>
    internal const int Padding = 16;

    private const uint IndexMask = 0x00FF_FFFF;

    private readonly uint[] _slots;
    private readonly Entry[] _entries;
    private readonly byte[] _bytes;
    private readonly int _shift;
    private readonly int _prefixLength;

    internal Vocabulary(
        uint[] slots, Entry[] entries, byte[] bytes, int shift, byte[] prefix, int count, int maxLength, int maxContinuationLength)
    {
        _slots = slots;
        _entries = entries;
        _bytes = bytes;
        _shift = shift;
        Prefix = prefix;
        _prefixLength = prefix.Length;
        Count = count;
        MaxLength = maxLength;
        MaxContinuationLength = maxContinuationLength;
    }

    /// <summary>Gets the prefix of tokens that continue a word, in UTF-8.</summary>
    internal byte[] Prefix { get; }

    /// <summary>Gets a number above all ids.</summary>
    internal int IdLimit => _entries.Length;

    /// <summary>Gets the number of tokens.</summary>
    internal int Count { get; }

    /// <summary>Gets the length in bytes of the longest token that starts a word.</summary>
    internal int MaxLength { get; }

    /// <summary>Gets the length in bytes of the longest token that continues a word, without the prefix.</summary>
    internal int MaxContinuationLength { get; }

    /// <summary>Loads up to 16 bytes as a key.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static (ulong Low, ulong High) LoadShort(ref byte start, int length)
    {
        ulong low = Unsafe.ReadUnaligned<ulong>(ref start);
        if (length < 8)
        {
            return (low & ((1UL << (length * 8)) - 1), 0);
        }

        ulong high = Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref start, 8));
        return (low, length >= 16 ? high : high & ((1UL << ((length - 8) * 8)) - 1));
    }

    /// <summary>Hashes a key: both halves of a 64 × 64 bit product, combined.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static ulong Hash(ulong low, ulong high, uint meta)
    {
        ulong top = Math.BigMul(low ^ 0x9E37_79B9_7F4A_7C15UL, high ^ ((meta + 1) * 0xD6E8_FEB8_6659_FD93UL), out ulong bottom);
        return top ^ bottom;
    }

    /// <summary>Combines the length and the prefix flag into one number.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static uint Meta(int length, bool continuation) => ((uint)length << 1) | (continuation ? 1u : 0u);

    /// <summary>Finds a token of at most 16 bytes by its key.</summary>
    /// <returns>The id, or -1.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal int FindShort(ulong low, ulong high, uint meta)
    {
        ulong hash = Hash(low, high, meta);
        uint tag = (uint)hash & ~IndexMask;
        uint slot = (uint)(hash >> _shift);
        ref uint slots = ref MemoryMarshal.GetArrayDataReference(_slots);
        while (true)
        {
            uint value = Unsafe.Add(ref slots, slot);
            if (value == 0)
            {
                return -1;
            }

            if ((value & ~IndexMask) == tag)
            {
                int id = (int)(value & IndexMask) - 1;
                ref Entry entry = ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_entries), id);
                if (entry.Low == low && entry.High == high && entry.Meta == meta)
                {
                    return id;
                }
            }

            slot = (slot + 1) & (uint)(_slots.Length - 1);
        }
    }

    /// <summary>Finds a token by its bytes, after which <see cref="Padding"/> bytes must be readable.</summary>
    /// <returns>The id, or -1.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal int Find(ref byte start, int length, bool continuation)
    {
        if (length <= 16)
        {
            (ulong low, ulong high) = LoadShort(ref start, length);
            return FindShort(low, high, Meta(length, continuation));
        }

        return FindLong(MemoryMarshal.CreateReadOnlySpan(ref start, length), continuation);
    }

    /// <summary>Finds a token by its text, including the continuation prefix.</summary>
    internal int Find(ReadOnlySpan<char> token)
    {
        int size = Encoding.UTF8.GetByteCount(token);
        byte[] buffer = new byte[size + Padding];
        Encoding.UTF8.GetBytes(token, buffer);
        bool continuation = _prefixLength > 0 && buffer.AsSpan(0, size).StartsWith(Prefix);
        int skip = continuation ? _prefixLength : 0;
        return Find(ref buffer[skip], size - skip, continuation);
    }

    /// <summary>Gets the UTF-8 bytes of a token, including the continuation prefix; empty if no token has the id.</summary>
    internal ReadOnlySpan<byte> GetBytes(int id)
    {
        if ((uint)id >= (uint)_entries.Length || !_entries[id].IsUsed)
        {
            return default;
        }

        ref readonly Entry entry = ref _entries[id];
        int skipped = (entry.Meta & 1) != 0 ? _prefixLength : 0;
        return _bytes.AsSpan(entry.Offset - skipped, (int)(entry.Meta >> 1) + skipped);
    }

    /// <summary>Whether a token has the id.</summary>
    internal bool Contains(int id) => (uint)id < (uint)_entries.Length && _entries[id].IsUsed;

    private int FindLong(ReadOnlySpan<byte> token, bool continuation)
    {
        ulong low = MemoryMarshal.Read<ulong>(token);
        ulong high = MemoryMarshal.Read<ulong>(token[^8..]);
        uint meta = Meta(token.Length, continuation);
        ulong hash = Hash(low, high, meta);
        uint tag = (uint)hash & ~IndexMask;
        for (uint slot = (uint)(hash >> _shift); _slots[slot] != 0; slot = (slot + 1) & (uint)(_slots.Length - 1))
        {
            if ((_slots[slot] & ~IndexMask) == tag)
            {
                int id = (int)(_slots[slot] & IndexMask) - 1;
                ref readonly Entry entry = ref _entries[id];
                if (entry.Low == low && entry.High == high && entry.Meta == meta &&
                    token.SequenceEqual(_bytes.AsSpan(entry.Offset, token.Length)))
                {
                    return id;
                }
            }
        }

        return -1;
    }

    /// <summary>A token. <c>Meta</c> is what <see cref="Vocabulary.Meta"/> returns.</summary>
    internal struct Entry
    {
        internal ulong Low;
        internal ulong High;
        internal uint Meta;
        private int _offsetPlusOne;

        /// <summary>Gets the index of the content, after the prefix.</summary>
        internal readonly int Offset => _offsetPlusOne - 1;

        internal readonly bool IsUsed => _offsetPlusOne != 0;

        internal static Entry Create(ulong low, ulong high, uint meta, int offset) =>
            new() { Low = low, High = high, Meta = meta, _offsetPlusOne = offset + 1 };
    }
}
