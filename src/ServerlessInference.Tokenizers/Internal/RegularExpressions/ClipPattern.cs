namespace ServerlessInference.Tokenizers.RegularExpressions;

/// <summary>The expression of CLIP: contractions, words, single digits and symbols; white space does not match.</summary>
/// <param name="hasMarks">Whether the marks of the beginning and the end of a text match as well.</param>
internal sealed class ClipPattern(bool hasMarks) : ScannedPattern
{
    internal const string Expression = @"'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+";
    internal const string ExpressionWithMarks = @"<\|startoftext\|>|<\|endoftext\|>|" + Expression;

    internal override int Match(ReadOnlySpan<char> text, int start)
    {
        if (hasMarks && text[start] == '<')
        {
            int mark = CountMark(text[start..]);
            if (mark > 0)
            {
                return start + mark;
            }
        }

        if (text[start] == '\'')
        {
            int contraction = Gpt2Pattern.CountContraction(text, start);
            if (contraction > 0)
            {
                return start + contraction;
            }
        }

        byte kind = GetKind(text, start, out int units);
        return kind switch
        {
            Space => start,
            Number => start + units,
            _ => SkipRun(text, start + units, kind),
        };
    }

    private static int CountMark(ReadOnlySpan<char> text)
    {
        const string Begin = "<|startoftext|>";
        const string End = "<|endoftext|>";
        return text.StartsWith(Begin, StringComparison.Ordinal) ? Begin.Length
            : text.StartsWith(End, StringComparison.Ordinal) ? End.Length
            : 0;
    }
}
