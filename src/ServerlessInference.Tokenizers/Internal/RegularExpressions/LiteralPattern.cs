namespace ServerlessInference.Tokenizers.RegularExpressions;

/// <summary>A literal text; an empty one matches between all characters.</summary>
internal sealed class LiteralPattern(string literal) : TextPattern
{
    internal string Literal => literal;

    internal override bool NeverMatches(ReadOnlySpan<char> text) => text.IndexOf(literal, StringComparison.Ordinal) < 0;

    internal override bool TryFind(ReadOnlySpan<char> text, int from, MatchScratch scratch, out int start, out int end)
    {
        int index = text[from..].IndexOf(literal, StringComparison.Ordinal);
        start = from + index;
        end = start + literal.Length;
        return index >= 0;
    }
}
