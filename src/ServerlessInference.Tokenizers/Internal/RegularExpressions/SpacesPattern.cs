namespace ServerlessInference.Tokenizers.RegularExpressions;

/// <summary>A number of spaces or more.</summary>
internal sealed class SpacesPattern(int min) : TextPattern
{
    private readonly string _spaces = new(' ', min);

    internal override bool NeverMatches(ReadOnlySpan<char> text) => text.IndexOf(_spaces, StringComparison.Ordinal) < 0;

    internal override bool TryFind(ReadOnlySpan<char> text, int from, MatchScratch scratch, out int start, out int end)
    {
        int index = text[from..].IndexOf(_spaces, StringComparison.Ordinal);
        start = end = from + Math.Max(index, 0);
        while (end < text.Length && text[end] == ' ')
        {
            end++;
        }

        return index >= 0;
    }
}
