namespace ServerlessInference.Tokenizers.Normalization;

/// <summary>A text, and which range of the original text each of its units was made of.</summary>
internal readonly ref struct TextView
{
    private readonly int _origin;

    /// <summary>Creates a view of original text, which is well-formed.</summary>
    internal TextView(ReadOnlySpan<char> text, int origin)
    {
        Units = text;
        _origin = origin;
    }

    internal TextView(AlignedText text)
    {
        Units = text.Units;
        Starts = text.Starts;
        Ends = text.Ends;
    }

    internal ReadOnlySpan<char> Units { get; }

    /// <summary>Gets the starts; empty for original text.</summary>
    internal ReadOnlySpan<int> Starts { get; }

    internal ReadOnlySpan<int> Ends { get; }

    internal bool IsOriginal => Starts.IsEmpty;

    internal int GetStart(int unit) => IsOriginal ? _origin + unit : Starts[unit];

    /// <summary>Gets the end of the original text of a unit that is the last of its character.</summary>
    internal int GetEnd(int unit) => IsOriginal ? _origin + unit + 1 : Ends[unit];

    /// <summary>Appends a part to another text.</summary>
    internal void CopyTo(AlignedText target, int start, int end)
    {
        if (!IsOriginal)
        {
            target.Add(Units[start..end], Starts[start..end], Ends[start..end]);
            return;
        }

        target.AddOriginal(Units[start..end], _origin + start);
    }
}
