namespace ServerlessInference.Tokenizers.RegularExpressions;

/// <summary>The expression of GPT-2: contractions, and words, numbers or symbols with a space before them.</summary>
internal sealed class Gpt2Pattern : ScannedPattern
{
    internal const string Expression = @"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+";

    internal static Gpt2Pattern Instance { get; } = new();

    internal override int Match(ReadOnlySpan<char> text, int start)
    {
        char first = text[start];
        if (first == '\'')
        {
            int contraction = CountContraction(text, start);
            if (contraction > 0)
            {
                return start + contraction;
            }
        }

        int at = first == ' ' && start + 1 < text.Length ? start + 1 : start;
        byte kind = GetKind(text, at, out int units);
        if (kind != Space)
        {
            return SkipRun(text, at + units, kind);
        }

        return EndOfSpace(text, start, SkipRun(text, start, Space));
    }

    /// <summary>Counts the characters of <c>'s</c>, <c>'t</c>, <c>'re</c>, <c>'ve</c>, <c>'m</c>, <c>'ll</c> or <c>'d</c>.</summary>
    internal static int CountContraction(ReadOnlySpan<char> text, int start)
    {
        char first = start + 1 < text.Length ? text[start + 1] : '\0';
        char second = start + 2 < text.Length ? text[start + 2] : '\0';
        return first switch
        {
            's' or 't' or 'm' or 'd' => 2,
            'r' or 'v' when second == 'e' => 3,
            'l' when second == 'l' => 3,
            _ => 0,
        };
    }
}
