using System.Runtime.InteropServices;

namespace ServerlessInference.Tokenizers.Models;

/// <summary>Remembers the tokens of words, because most words of a text have occurred before.</summary>
/// <remarks>A hash table over one block of characters and one of tokens. It grows up to a bound and is emptied when it is full. One thread
/// at a time uses it.</remarks>
internal sealed class WordCache
{
    /// <summary>The length of the longest word that is remembered.</summary>
    internal const int MaxWordLength = 48;

    private const int MaxWords = 1 << 15;

    private Entry[] _entries = new Entry[1 << 10];
    private char[] _characters = new char[1 << 12];
    private int[] _ids = new int[1 << 11];
    private uint[] _ranges = new uint[1 << 11];
    private int _words;
    private int _usedCharacters;
    private int _usedTokens;

    /// <summary>Finds the tokens of a word.</summary>
    /// <param name="word">The word, of at most <see cref="MaxWordLength"/> units.</param>
    /// <param name="hash">The hash of the word, for <see cref="Add"/>.</param>
    /// <param name="ids">The ids of the tokens.</param>
    /// <param name="ranges">Their ranges in the word: start &lt;&lt; 16 | end.</param>
    internal bool TryFind(ReadOnlySpan<char> word, out uint hash, out ReadOnlySpan<int> ids, out ReadOnlySpan<uint> ranges)
    {
        hash = Hash(word);
        uint mask = (uint)(_entries.Length - 1);
        for (uint slot = hash & mask; _entries[slot].Length != 0; slot = (slot + 1) & mask)
        {
            ref Entry entry = ref _entries[slot];
            if (entry.Hash == hash && entry.Length == word.Length
                && word.SequenceEqual(_characters.AsSpan(entry.FirstCharacter, entry.Length)))
            {
                ids = _ids.AsSpan(entry.FirstToken, entry.Tokens);
                ranges = _ranges.AsSpan(entry.FirstToken, entry.Tokens);
                return true;
            }
        }

        ids = default;
        ranges = default;
        return false;
    }

    internal void Add(ReadOnlySpan<char> word, uint hash, WordTokens tokens)
    {
        if (_words * 2 >= _entries.Length)
        {
            Grow();
        }

        Reserve(ref _characters, _usedCharacters + word.Length);
        Reserve(ref _ids, _usedTokens + tokens.Count);
        Reserve(ref _ranges, _usedTokens + tokens.Count);
        word.CopyTo(_characters.AsSpan(_usedCharacters));
        tokens.Ids.CopyTo(_ids.AsSpan(_usedTokens));
        for (int i = 0; i < tokens.Count; i++)
        {
            _ranges[_usedTokens + i] = ((uint)tokens.Ranges[i].Start << 16) | (uint)tokens.Ranges[i].End;
        }

        Insert(new Entry
        {
            Hash = hash,
            Length = (ushort)word.Length,
            Tokens = (ushort)tokens.Count,
            FirstCharacter = _usedCharacters,
            FirstToken = _usedTokens,
        });
        _usedCharacters += word.Length;
        _usedTokens += tokens.Count;
        _words++;
    }

    private static uint Hash(ReadOnlySpan<char> word)
    {
        ReadOnlySpan<byte> bytes = MemoryMarshal.AsBytes(word);
        ulong hash = (ulong)word.Length * 0x9E37_79B9_7F4A_7C15UL;
        while (bytes.Length >= 8)
        {
            hash = Mix(hash ^ MemoryMarshal.Read<ulong>(bytes));
            bytes = bytes[8..];
        }

        ulong tail = 0;
        foreach (byte value in bytes)
        {
            tail = (tail << 8) | value;
        }

        hash = Mix(hash ^ tail);
        return (uint)(hash >> 32) | 1;
    }

    private static ulong Mix(ulong value)
    {
        ulong high = Math.BigMul(value, 0xD6E8_FEB8_6659_FD93UL, out ulong low);
        return high ^ low;
    }

    private static void Reserve<T>(ref T[] values, int count)
    {
        if (values.Length < count)
        {
            Array.Resize(ref values, Math.Max(count, values.Length * 2));
        }
    }

    private void Insert(Entry entry)
    {
        uint mask = (uint)(_entries.Length - 1);
        uint slot = entry.Hash & mask;
        while (_entries[slot].Length != 0)
        {
            slot = (slot + 1) & mask;
        }

        _entries[slot] = entry;
    }

    private void Grow()
    {
        if (_words >= MaxWords)
        {
            Array.Clear(_entries);
            _words = _usedCharacters = _usedTokens = 0;
            return;
        }

        Entry[] old = _entries;
        _entries = new Entry[old.Length * 2];
        foreach (Entry entry in old)
        {
            if (entry.Length != 0)
            {
                Insert(entry);
            }
        }
    }

    private struct Entry
    {
        internal uint Hash;
        internal ushort Length;
        internal ushort Tokens;
        internal int FirstCharacter;
        internal int FirstToken;
    }
}
