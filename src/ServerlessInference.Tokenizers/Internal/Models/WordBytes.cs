using System.Text;
using System.Text.Unicode;
using ServerlessInference.Tokenizers.Normalization;
using ServerlessInference.Tokenizers.Vocabularies;

namespace ServerlessInference.Tokenizers.Models;

/// <summary>A word in UTF-8, followed by the readable bytes that a look-up needs, and which unit each byte belongs to.</summary>
internal sealed class WordBytes
{
    private byte[] _bytes = new byte[512];
    private int[] _firstUnits = [];
    private bool _isAscii;
    private int _length;
    private int _unitCount;

    internal int Length => _length;

    internal ReadOnlySpan<byte> Span => _bytes.AsSpan(0, _length);

    /// <summary>Gets a byte; those after the end are readable.</summary>
    internal ref byte At(int index) => ref _bytes[index];

    internal void Set(ReadOnlySpan<char> word)
    {
        int capacity = checked((word.Length * 3) + Vocabulary.Padding + 1);
        if (_bytes.Length < capacity)
        {
            _bytes = new byte[Math.Max(capacity, _bytes.Length * 2)];
        }

        Utf8.FromUtf16(word, _bytes, out _, out _length);
        _unitCount = word.Length;
        _isAscii = _length == word.Length;
        if (!_isAscii)
        {
            FillUnits(word);
        }
    }

    /// <summary>Gets the units that the characters of a range of bytes have.</summary>
    internal UnitRange ToUnits(int start, int end)
    {
        start = Math.Min(start, _length);
        end = Math.Min(end, _length);
        if (_isAscii)
        {
            return new UnitRange(start, end);
        }

        int first = start == _length ? _unitCount : _firstUnits[start];
        if (end <= start)
        {
            return new UnitRange(first, first);
        }

        // The end of the character that the last byte belongs to.
        do
        {
            if (end == _length)
            {
                return new UnitRange(first, _unitCount);
            }
        }
        while (_firstUnits[end] == _firstUnits[end - 1] && ++end > 0);
        return new UnitRange(first, _firstUnits[end]);
    }

    /// <summary>Releases the memory of an unusually long word.</summary>
    internal void Trim(int keep)
    {
        if (_bytes.Length > keep)
        {
            _bytes = new byte[512];
            _firstUnits = [];
        }
    }

    private void FillUnits(ReadOnlySpan<char> word)
    {
        if (_firstUnits.Length < _length)
        {
            _firstUnits = new int[Math.Max(_bytes.Length, _length)];
        }

        int at = 0;
        for (int i = 0; i < word.Length;)
        {
            Rune.DecodeFromUtf16(word[i..], out Rune rune, out int units);
            for (int b = rune.Utf8SequenceLength; b > 0; b--)
            {
                _firstUnits[at++] = i;
            }

            i += units;
        }
    }
}
