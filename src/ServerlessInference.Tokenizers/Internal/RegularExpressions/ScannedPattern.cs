using ServerlessInference.Tokenizers.Unicode;

namespace ServerlessInference.Tokenizers.RegularExpressions;

/// <summary>A well-known regular expression as code of our own. Gives exactly what <see cref="RegexPattern"/> gives.</summary>
internal abstract class ScannedPattern : TextPattern
{
    private const byte Other = 0;
    private protected const byte Letter = 1;
    private protected const byte Number = 2;
    private protected const byte Space = 3;

    private static ReadOnlySpan<byte> AsciiKinds =>
    [
        0, 0, 0, 0, 0, 0, 0, 0, 0, 3, 3, 3, 3, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 0, 0, 0, 0, 0, 0,
        0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0,
        0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0,
    ];

    /// <summary>Finds the end of the match that starts at an index.</summary>
    /// <param name="text">The whole text.</param>
    /// <param name="start">The index, less than the length.</param>
    /// <returns>The end; the index itself if nothing matches there.</returns>
    internal abstract int Match(ReadOnlySpan<char> text, int start);

    internal override bool TryFind(ReadOnlySpan<char> text, int from, MatchScratch scratch, out int start, out int end)
    {
        for (start = from; start < text.Length; start++)
        {
            end = Match(text, start);
            if (end > start)
            {
                return true;
            }
        }

        end = 0;
        return false;
    }

    /// <summary>Gets whether a character is a letter, a number, white space or something else.</summary>
    private protected static byte GetKind(ReadOnlySpan<char> text, int index, out int units)
    {
        char c = text[index];
        units = 1;
        return c < 128 ? AsciiKinds[c] : GetOtherKind(text, index, out units);
    }

    /// <summary>Finds the end of a run of characters of a kind.</summary>
    private protected static int SkipRun(ReadOnlySpan<char> text, int index, byte kind)
    {
        while (index < text.Length)
        {
            char c = text[index];
            int units = 1;
            if ((c < 128 ? AsciiKinds[c] : GetOtherKind(text, index, out units)) != kind)
            {
                break;
            }

            index += units;
        }

        return index;
    }

    /// <summary>Matches <c>\s+(?!\S)|\s+</c>: white space without its last character, which belongs to what follows.</summary>
    /// <param name="text">The text.</param>
    /// <param name="start">Where the white space starts.</param>
    /// <param name="end">Where it ends.</param>
    private protected static int EndOfSpace(ReadOnlySpan<char> text, int start, int end) =>
        end == text.Length || end - start == 1 ? end : end - 1;

    private static byte GetOtherKind(ReadOnlySpan<char> text, int index, out int units)
    {
        int codePoint = CodePoints.Read(text, index, out units);
        uint bit = 1u << GeneralCategories.Get(codePoint);
        return (bit & GeneralCategories.Letters) != 0 ? Letter
            : (bit & GeneralCategories.Numbers) != 0 ? Number
            : GeneralCategories.IsWhiteSpace(codePoint) ? Space
            : Other;
    }
}
