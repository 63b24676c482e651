using ServerlessInference.Tokenizers.Normalization;

namespace ServerlessInference.Tokenizers.PreTokenization;

/// <summary>The pieces of a text that are not empty, in order. A growing buffer that one thread reuses.</summary>
internal sealed class PieceList
{
    private UnitRange[] _pieces = new UnitRange[64];

    internal int Count { get; private set; }

    internal ReadOnlySpan<UnitRange> Pieces => _pieces.AsSpan(0, Count);

    internal void Clear() => Count = 0;

    internal void Add(int start, int end)
    {
        if (start >= end)
        {
            return;
        }

        if (Count == _pieces.Length)
        {
            Array.Resize(ref _pieces, checked(Count * 2));
        }

        _pieces[Count++] = new UnitRange(start, end);
    }

    /// <summary>Releases the memory of an unusually long text.</summary>
    internal void Trim(int keep)
    {
        if (_pieces.Length > keep)
        {
            _pieces = new UnitRange[64];
            Count = 0;
        }
    }
}
