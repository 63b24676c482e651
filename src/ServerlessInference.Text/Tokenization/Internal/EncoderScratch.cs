namespace ServerlessInference.Text.Tokenization.Internal;

/// <summary>What one call of the encoder works in. One thread at a time; kept between calls.</summary>
internal sealed class EncoderScratch
{
    private const int KeptTextLength = 1 << 16;

    private readonly byte[] _word;
    private readonly WordPieceModel.Piece[] _pieces;
    private char[] _units = [];
    private int[] _points = [];

    internal EncoderScratch(int maxWord)
    {
        _word = new byte[(maxWord * 4) + Vocabulary.Padding];
        _pieces = new WordPieceModel.Piece[maxWord * 4];
    }

    internal TextNormalizer Normalizer { get; } = new();

    internal NormalizedText Text { get; } = new();

    internal SequenceTokens First { get; } = new();

    internal SequenceTokens Second { get; } = new();

    internal List<TextRange> FirstWindows { get; } = [];

    internal List<TextRange> SecondWindows { get; } = [];

    /// <summary>Gets room for a word in UTF-8, and bytes behind it that may be read.</summary>
    internal Span<byte> Word => _word;

    internal Span<WordPieceModel.Piece> Pieces => _pieces;

    /// <summary>Writes normalized text as UTF-16, and for each unit which code point it belongs to.</summary>
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

    /// <summary>Gets the code point of a unit of the last <see cref="ToUnits"/>.</summary>
    internal int PointAt(int unit) => _points[unit];

    /// <summary>Gives back what an unusually long text made the buffers grow to.</summary>
    internal void Trim()
    {
        Text.Trim(KeptTextLength);
        if (_units.Length > KeptTextLength)
        {
            _units = [];
            _points = [];
        }
    }
}
