namespace ServerlessInference.Tokenizers;

/// <summary>A range of a text in UTF-16 indices of the original string: <c>text[range.Start..range.End]</c>.</summary>
/// <param name="Start">The index of the first UTF-16 unit, 0 or more.</param>
/// <param name="End">The index after the last unit, at least <paramref name="Start"/>. Both are 0 for special and padding tokens.</param>
public readonly record struct TextRange(int Start, int End)
{
    /// <summary>Gets the number of UTF-16 units.</summary>
    public int Length => End - Start;

    /// <summary>Slices the range out of the text.</summary>
    /// <param name="text">The text that was tokenized.</param>
    /// <returns>The slice, which is not a copy.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The text is shorter than the one that was tokenized.</exception>
    public ReadOnlySpan<char> Slice(ReadOnlySpan<char> text) => text[Start..End];
}
