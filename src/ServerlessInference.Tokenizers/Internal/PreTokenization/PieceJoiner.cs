namespace ServerlessInference.Tokenizers.PreTokenization;

/// <summary>Makes pieces of matches and of what is between them.</summary>
internal ref struct PieceJoiner(SplitBehavior behavior, int offset, PieceList pieces)
{
    private int _start = -1;
    private int _end;
    private bool _wasMatch;

    /// <summary>Adds the next part.</summary>
    /// <param name="start">Where it starts.</param>
    /// <param name="end">Where it ends.</param>
    /// <param name="isMatch">Whether it is a match.</param>
    internal void Add(int start, int end, bool isMatch)
    {
        bool joins = behavior switch
        {
            SplitBehavior.Contiguous => isMatch == _wasMatch,
            SplitBehavior.MergedWithPrevious => isMatch && !_wasMatch,
            SplitBehavior.MergedWithNext => _wasMatch && !isMatch,
            _ => false,
        };
        _wasMatch = isMatch;
        if (joins && _start >= 0)
        {
            _end = end;
            return;
        }

        Finish();
        if (!isMatch || behavior != SplitBehavior.Removed)
        {
            (_start, _end) = (start, end);
        }
    }

    /// <summary>Adds the piece that is still open.</summary>
    internal void Finish()
    {
        if (_start >= 0)
        {
            pieces.Add(offset + _start, offset + _end);
        }

        _start = -1;
    }
}
