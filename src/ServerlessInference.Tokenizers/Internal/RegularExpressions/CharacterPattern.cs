using ServerlessInference.Tokenizers.Unicode;

namespace ServerlessInference.Tokenizers.RegularExpressions;

/// <summary>Any single character of a kind.</summary>
internal sealed class CharacterPattern(CharacterKind kind) : TextPattern
{
    internal override bool TryFind(ReadOnlySpan<char> text, int from, MatchScratch scratch, out int start, out int end)
    {
        for (int i = from; i < text.Length;)
        {
            int codePoint = CodePoints.Read(text, i, out int units);
            if (IsMatch(codePoint))
            {
                start = i;
                end = i + units;
                return true;
            }

            i += units;
        }

        start = end = 0;
        return false;
    }

    private bool IsMatch(int codePoint) => kind switch
    {
        CharacterKind.WhiteSpace => (CodePoints.Flags(codePoint) & CodePointFlags.WhiteSpace) != 0,
        CharacterKind.Punctuation => (CodePoints.Flags(codePoint) & CodePointFlags.Punctuation) != 0,
        _ => GeneralCategories.IsRustNumeric(codePoint),
    };
}
