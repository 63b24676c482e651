using ServerlessInference.Tokenizers.Normalization;
using ServerlessInference.Tokenizers.Vocabularies;

namespace ServerlessInference.Tokenizers;

/// <summary>The working memory of a <see cref="WordPieceEncoder"/>, kept between calls. One thread at a time uses it.</summary>
internal sealed class WordPieceWorkspace
{
    private const int MaxKeptLength = 1 << 16;

    private readonly byte[] _word;
    private readonly WordPieceSplitter.Piece[] _pieces;
    private char[] _units = [];
    private int[] _points = [];

    internal WordPieceWorkspace(int maxWordLength)
    {
        _word = new byte[(maxWordLength * 4) + Vocabulary.Padding];
        _pieces = new WordPieceSplitter.Piece[maxWordLength * 4];
    }

    internal TextNormalizer Normalizer { get; } = new();

    internal NormalizedText Text { get; } = new();

    /// <summary>Gets room for a word in UTF-8, followed by the readable bytes that a look-up needs.</summary>
    internal Span<byte> Word => _word;

    internal Span<WordPieceSplitter.Piece> Pieces => _pieces;

    /// <summary>Converts normalized text to UTF-16 and remembers which code point each unit belongs to.</summary>
    internal ReadOnlySpan<char> ToUnits(NormalizedText text)
    {
        int capacity = checked((text.Count * 2) + 1);
        if (_units.Length < capacity)
        {
            _units = new char[capacity];
            _points = new int[capacity];
        }

        int count = 0;
        ReadOnlySpan<int> points = text.CodePointSpan;
        for (int i = 0; i < points.Length; i++)
        {
            int point = points[i];
            _points[count] = i;
            if (point < 0x10000)
            {
                _units[count++] = (char)point;
            }
            else
            {
                _points[count + 1] = i;
                _units[count++] = (char)(0xD7C0 + (point >> 10));
                _units[count++] = (char)(0xDC00 | (point & 0x3FF));
            }
        }

        _points[count] = points.Length;
        return _units.AsSpan(0, count);
    }

    /// <summary>Gets the index of the code point that a unit of the last <see cref="ToUnits"/> belongs to.</summary>
    internal int PointAt(int unit) => _points[unit];

    /// <summary>Releases the memory of an unusually long text.</summary>
    internal void Trim()
    {
        Text.Trim(MaxKeptLength);
        if (_units.Length > MaxKeptLength)
        {
            _units = [];
            _points = [];
        }
    }
}
