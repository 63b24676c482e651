namespace ServerlessInference.Tokenizers.RegularExpressions;

/// <summary>Finds the matches of a pattern one after the other, without overlap.</summary>
/// <remarks>As in the original's binding of Oniguruma, an empty match right after a match does not count.</remarks>
internal ref struct MatchIterator
{
    private readonly TextPattern _pattern;
    private readonly ReadOnlySpan<char> _text;
    private readonly MatchScratch _scratch;
    private int _next;
    private int _lastEnd = -1;

    internal MatchIterator(TextPattern pattern, ReadOnlySpan<char> text, MatchScratch scratch)
    {
        _pattern = pattern;
        _text = text;
        _scratch = scratch;
        scratch.Start();
    }

    internal bool TryNext(out int start, out int end)
    {
        while (_next <= _text.Length && _pattern.TryFind(_text, _next, _scratch, out start, out end))
        {
            if (end > start || end != _lastEnd)
            {
                _next = end;
                _lastEnd = end;
                return true;
            }

            _next += _next < _text.Length && char.IsHighSurrogate(_text[_next]) ? 2 : 1;
        }

        start = end = 0;
        return false;
    }
}
