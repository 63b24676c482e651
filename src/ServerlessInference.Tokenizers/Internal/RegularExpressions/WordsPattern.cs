using ServerlessInference.Tokenizers.Unicode;

namespace ServerlessInference.Tokenizers.RegularExpressions;

/// <summary><c>\w+|[^\w\s]+</c> as Rust's regular expressions match it: the pattern of the pre-tokenizer Whitespace.</summary>
internal sealed class WordsPattern : TextPattern
{
    private const CodePointFlags Kinds = CodePointFlags.Word | CodePointFlags.WhiteSpace;

    internal override bool TryFind(ReadOnlySpan<char> text, int from, MatchScratch scratch, out int start, out int end)
    {
        start = end = from;
        CodePointFlags kind = CodePointFlags.WhiteSpace;
        while (end < text.Length)
        {
            CodePointFlags next = CodePoints.Flags(CodePoints.Read(text, end, out int units)) & Kinds;
            if (kind == CodePointFlags.WhiteSpace)
            {
                start = end;
                kind = next;
            }
            else if (next != kind)
            {
                break;
            }

            end += units;
        }

        return kind != CodePointFlags.WhiteSpace;
    }
}
