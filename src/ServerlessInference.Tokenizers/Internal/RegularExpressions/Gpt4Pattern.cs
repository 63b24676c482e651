namespace ServerlessInference.Tokenizers.RegularExpressions;

/// <summary>The expression of GPT-4, Llama 3 and Qwen: contractions in any case, words with a character before them, groups of digits,
/// symbols with a space before them, line breaks.</summary>
internal sealed class Gpt4Pattern(int maxDigits) : ScannedPattern
{
    internal const string Start = @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|";
    internal const string End = @"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";
    internal const string OneDigit = Start + @"\p{N}" + End;
    internal const string ThreeDigits = Start + @"\p{N}{1,3}" + End;

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

        byte kind = GetKind(text, start, out int units);
        int next = start + units;
        if (kind == Letter)
        {
            return SkipRun(text, next, Letter);
        }

        if (kind == Number)
        {
            return SkipNumbers(text, next);
        }

        byte nextKind = Space;
        int nextUnits = 0;
        if (next < text.Length)
        {
            nextKind = GetKind(text, next, out nextUnits);
        }

        if (nextKind == Letter && first is not ('\r' or '\n'))
        {
            return SkipRun(text, next + nextUnits, Letter);
        }

        if (kind != Space)
        {
            return SkipLineBreaks(text, SkipRun(text, next, kind));
        }

        return first == ' ' && nextKind is not (Space or Number)
            ? SkipLineBreaks(text, SkipRun(text, next + nextUnits, nextKind))
            : MatchSpace(text, start, SkipRun(text, next, Space));
    }

    private int SkipNumbers(ReadOnlySpan<char> text, int index)
    {
        for (int count = 1; count < maxDigits && index < text.Length && GetKind(text, index, out int units) == Number; count++)
        {
            index += units;
        }

        return index;
    }

    private static int SkipLineBreaks(ReadOnlySpan<char> text, int index)
    {
        while (index < text.Length && text[index] is '\r' or '\n')
        {
            index++;
        }

        return index;
    }

    /// <summary>Matches up to the last line break, or else as in GPT-2.</summary>
    private static int MatchSpace(ReadOnlySpan<char> text, int start, int end)
    {
        int lineBreak = text[start..end].LastIndexOfAny('\r', '\n');
        return lineBreak >= 0 ? start + lineBreak + 1 : EndOfSpace(text, start, end);
    }

    /// <summary>Counts a contraction in any case. The long s is another case of s.</summary>
    private static int CountContraction(ReadOnlySpan<char> text, int start)
    {
        char first = start + 1 < text.Length ? (char)(text[start + 1] | 0x20) : '\0';
        char second = start + 2 < text.Length ? (char)(text[start + 2] | 0x20) : '\0';
        bool isAscii = start + 1 < text.Length && text[start + 1] < 128;
        bool isSecondAscii = start + 2 < text.Length && text[start + 2] < 128;
        return first switch
        {
            's' or 't' or 'm' or 'd' when isAscii => 2,
            'r' or 'v' when isAscii && isSecondAscii && second == 'e' => 3,
            'l' when isAscii && isSecondAscii && second == 'l' => 3,
            _ => start + 1 < text.Length && text[start + 1] == '\u017F' ? 2 : 0,
        };
    }
}
