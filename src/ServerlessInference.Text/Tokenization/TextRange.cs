namespace ServerlessInference.Text.Tokenization;

/// <summary>A part of a text: UTF-16 indices into the original string, as <c>text[range.Start..range.End]</c> takes them.</summary>
/// <param name="Start">The first unit's index, 0 or more.</param>
/// <param name="End">One past the last unit's index, at least <paramref name="Start"/>. Both are 0 for special and padding tokens.</param>
public readonly record struct TextRange(int Start, int End)
{
    /// <summary>Gets the number of UTF-16 units.</summary>
    public int Length => End - Start;

    /// <summary>Cuts the part out of the text.</summary>
    /// <param name="text">The text that was tokenized.</param>
    /// <returns>The part, without copying.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The text is shorter than the one that was tokenized.</exception>
    public ReadOnlySpan<char> Of(ReadOnlySpan<char> text) => text[Start..End];
}
