using ServerlessInference.Tokenizers.Unicode;

namespace ServerlessInference.Tokenizers.Normalization;

/// <summary>Normalized code points, each with its UTF-16 range in the original text.</summary>
/// <remarks>A growing buffer that one thread reuses. All code points of a decomposition have the range of the original character, and
/// an inserted space has the range of the character next to it, as in Hugging Face's <c>NormalizedString</c>.</remarks>
internal sealed class NormalizedText
{
    private int[] _codePoints = new int[256];
    private int[] _starts = new int[256];
    private int[] _ends = new int[256];

    internal int Count { get; private set; }

    internal ReadOnlySpan<int> CodePointSpan => _codePoints.AsSpan(0, Count);

    internal int Start(int index) => _starts[index];

    internal int End(int index) => _ends[index];

    internal void Clear() => Count = 0;

    internal void Add(int codePoint, int start, int end)
    {
        if (Count == _codePoints.Length)
        {
            int size = checked(Count * 2);
            Array.Resize(ref _codePoints, size);
            Array.Resize(ref _starts, size);
            Array.Resize(ref _ends, size);
        }

        _codePoints[Count] = codePoint;
        _starts[Count] = start;
        _ends[Count] = end;
        Count++;
    }

    internal void AddLowered(int codePoint, int start, int end)
    {
        if ((CodePoints.Flags(codePoint) & CodePointFlags.Lowercases) == 0)
        {
            Add(codePoint, start, end);
            return;
        }

        Add(CodePoints.ToLower(codePoint), start, end);
        if (codePoint == CodePoints.CapitalIWithDot)
        {
            Add(CodePoints.CombiningDotAbove, start, end);
        }
    }

    /// <summary>Releases the memory of an unusually long text.</summary>
    internal void Trim(int keep)
    {
        if (_codePoints.Length > keep)
        {
            _codePoints = new int[256];
            _starts = new int[256];
            _ends = new int[256];
            Count = 0;
        }
    }
}
