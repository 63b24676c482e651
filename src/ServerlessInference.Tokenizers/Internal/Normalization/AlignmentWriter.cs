namespace ServerlessInference.Tokenizers.Normalization;

/// <summary>Writes the characters that replace those of a text, and gives them ranges as Hugging Face's <c>NormalizedString</c>
/// does.</summary>
/// <remarks>Every character comes with a change. 0: it replaces the next character of the source. Positive: it is inserted and gets the
/// range of the source character before it. Negative: it replaces the next character, and as many more are removed after that one. Ranges
/// therefore depend on positions, not on which character was made of which.</remarks>
internal ref struct AlignmentWriter(AlignedText source, AlignedText target)
{
    private readonly ReadOnlySpan<char> _units = source.Units;
    private readonly ReadOnlySpan<int> _starts = source.Starts;
    private readonly ReadOnlySpan<int> _ends = source.Ends;
    private int _position;

    internal void Write(int codePoint, int change)
    {
        int at = change > 0 ? _position - 1 : Math.Min(_position, _units.Length - 1);
        if (change <= 0)
        {
            Advance();
            for (; change < 0; change++)
            {
                Advance();
            }
        }

        if (at < 0)
        {
            target.Add(codePoint, source.Origin, source.Origin);
        }
        else
        {
            target.Add(codePoint, _starts[at], _ends[at]);
        }
    }

    private void Advance()
    {
        if (_position < _units.Length)
        {
            _position += char.IsHighSurrogate(_units[_position]) ? 2 : 1;
        }
    }
}
