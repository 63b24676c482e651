using ServerlessInference.Tokenizers.Normalization;

namespace ServerlessInference.Tokenizers.PreTokenization;

/// <summary>The pieces of a text, in order. Splitting leaves no empty ones. A growing buffer that one thread reuses.</summary>
internal sealed class PieceList
{
    private UnitRange[] _pieces = new UnitRange[64];

    internal int Count { get; private set; }

    internal ReadOnlySpan<UnitRange> Pieces => _pieces.AsSpan(0, Count);

    internal void Clear() => Count = 0;

    /// <summary>Replaces all pieces with one, the whole text, which may be empty.</summary>
    internal void SetWhole(int start, int end)
    {
        _pieces[0] = new UnitRange(start, end);
        Count = 1;
    }

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
