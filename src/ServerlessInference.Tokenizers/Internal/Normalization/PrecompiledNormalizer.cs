using System.Buffers.Binary;
using System.Text;
using System.Text.Unicode;
using ServerlessInference.Tokenizers.Unicode;

namespace ServerlessInference.Tokenizers.Normalization;

/// <summary>Precompiled: the character map of SentencePiece, a trie of UTF-8 sequences with their replacements.</summary>
/// <remarks>As in the original, a grapheme cluster of at most five bytes is replaced as a whole if the trie contains a prefix of it, and
/// otherwise character by character. The trie is a double array of Darts-clone (github.com/s-yata/darts-clone).</remarks>
internal sealed class PrecompiledNormalizer : Normalizer
{
    private const int MaxClusterBytes = 5;

    private readonly uint[] _trie;
    private readonly string _replacements;
    private readonly int[] _offsets;
    private readonly bool _keepsAscii;
    private readonly bool[] _keptAscii = new bool[128];

    private PrecompiledNormalizer(uint[] trie, string replacements, int[] offsets)
    {
        _trie = trie;
        _replacements = replacements;
        _offsets = offsets;
        _keepsAscii = true;
        Span<byte> one = stackalloc byte[1];
        for (int i = 0; i < 128; i++)
        {
            one[0] = (byte)i;
            _keptAscii[i] = Find(one) < 0;
            _keepsAscii &= _keptAscii[i] || i < 0x20 || i == 0x7F;
        }
    }

    /// <summary>Reads a map.</summary>
    /// <param name="map">The size of the trie in bytes, the trie, and the replacements, each followed by a zero.</param>
    /// <exception cref="FormatException">The map is damaged.</exception>
    internal static PrecompiledNormalizer Create(ReadOnlySpan<byte> map)
    {
        int size = map.Length < 4 ? -1 : BinaryPrimitives.ReadInt32LittleEndian(map);
        if (size < 4 || size % 4 != 0 || size > map.Length - 4 || !Utf8.IsValid(map[(4 + size)..]))
        {
            throw new FormatException("The precompiled character map is damaged.");
        }

        uint[] trie = new uint[size / 4];
        for (int i = 0; i < trie.Length; i++)
        {
            trie[i] = BinaryPrimitives.ReadUInt32LittleEndian(map[(4 + (i * 4))..]);
        }

        ReadOnlySpan<byte> bytes = map[(4 + size)..];
        string replacements = Encoding.UTF8.GetString(bytes);

        // The trie counts bytes; the text is UTF-16.
        int[] offsets = new int[bytes.Length + 1];
        int unit = 0;
        for (int i = 0; i < bytes.Length; i++)
        {
            offsets[i] = unit;
            unit += (bytes[i] & 0xC0) == 0x80 ? 0 : bytes[i] >= 0xF0 ? 2 : 1;
        }

        offsets[bytes.Length] = unit;
        return new PrecompiledNormalizer(trie, replacements, offsets);
    }

    internal override bool Keeps(ReadOnlySpan<char> text, bool isAscii) =>
        isAscii && _keepsAscii && !text.ContainsAny(AsciiCharacters.Controls);

    internal override void Apply(AlignedText source, AlignedText target, NormalizerScratch scratch)
    {
        var changes = new PendingChanges(new AlignmentWriter(source, target));
        ReadOnlySpan<char> text = source.Units;
        for (int i = 0; i < text.Length;)
        {
            int end = Graphemes.FindEnd(text, i);
            if (end - i == 1 && text[i] < 128 && _keptAscii[text[i]])
            {
                changes.Add(text[i], 0);
            }
            else
            {
                ConvertCluster(text[i..end], ref changes);
            }

            i = end;
        }

        changes.Flush();
    }

    private void ConvertCluster(ReadOnlySpan<char> cluster, ref PendingChanges changes)
    {
        Span<byte> bytes = stackalloc byte[16];
        if (cluster.Length <= MaxClusterBytes && Utf8.FromUtf16(cluster, bytes, out _, out int written) == 0
            && written <= MaxClusterBytes)
        {
            int found = Find(bytes[..written]);
            if (found >= 0)
            {
                Replace(cluster, found, ref changes);
                return;
            }
        }

        for (int i = 0; i < cluster.Length;)
        {
            Rune.DecodeFromUtf16(cluster[i..], out Rune rune, out int units);
            int found = Find(bytes[..rune.EncodeToUtf8(bytes)]);
            if (found >= 0)
            {
                Replace(cluster.Slice(i, units), found, ref changes);
            }
            else
            {
                changes.Add(rune.Value, 0);
            }

            i += units;
        }
    }

    private void Replace(ReadOnlySpan<char> old, int offset, ref PendingChanges changes)
    {
        int start = _offsets[offset];
        int length = _replacements.AsSpan(start).IndexOf('\0');
        ReadOnlySpan<char> text = _replacements.AsSpan(start, length < 0 ? _replacements.Length - start : length);
        int oldCount = CountCodePoints(old);
        int newCount = CountCodePoints(text);
        int index = 0;
        foreach (Rune rune in text.EnumerateRunes())
        {
            changes.Add(rune.Value, index++ < oldCount ? 0 : 1);
        }

        if (newCount < oldCount)
        {
            changes.Remove(oldCount - newCount);
        }
    }

    private static int CountCodePoints(ReadOnlySpan<char> text)
    {
        int count = 0;
        foreach (char unit in text)
        {
            count += char.IsLowSurrogate(unit) ? 0 : 1;
        }

        return count;
    }

    /// <summary>Finds the shortest prefix that the trie contains.</summary>
    /// <returns>Where its replacement starts, in bytes; -1 if there is none.</returns>
    private int Find(ReadOnlySpan<byte> key)
    {
        uint[] trie = _trie;
        uint node = Offset(trie[0]);
        foreach (byte value in key)
        {
            if (value == 0)
            {
                return -1;
            }

            node ^= value;
            if (node >= (uint)trie.Length)
            {
                return -1;
            }

            uint unit = trie[node];
            if ((unit & 0x8000_00FFu) != value)
            {
                return -1;
            }

            node ^= Offset(unit);
            if (((unit >> 8) & 1) != 0)
            {
                uint offset = node < (uint)trie.Length ? trie[node] & 0x7FFF_FFFF : uint.MaxValue;
                return offset < (uint)_offsets.Length ? (int)offset : -1;
            }
        }

        return -1;
    }

    private static uint Offset(uint unit) => (unit >> 10) << (int)((unit & (1u << 9)) >> 6);

    /// <summary>Holds the last change back, because a removal is added to it, whichever character it belongs to.</summary>
    private ref struct PendingChanges(AlignmentWriter writer)
    {
        private AlignmentWriter _writer = writer;
        private int _codePoint = -1;
        private int _change;

        internal void Add(int codePoint, int change)
        {
            Flush();
            (_codePoint, _change) = (codePoint, change);
        }

        internal void Remove(int count) => _change -= count;

        internal void Flush()
        {
            if (_codePoint >= 0)
            {
                _writer.Write(_codePoint, _change);
            }

            _codePoint = -1;
            _change = 0;
        }
    }
}
