using ServerlessInference.Tokenizers.Unicode;

namespace ServerlessInference.Tokenizers;

/// <summary>Finds added tokens in a text: the leftmost, and the longest of those that start at the same place.</summary>
/// <remarks>Immutable and thread-safe. The tokens are in ordinal order, so that those that start with what has been read are
/// neighbours, and reading one more unit narrows them down by a binary search.</remarks>
internal sealed class AddedTokenMatcher
{
    private readonly AddedTokenPattern[] _patterns;
    private readonly char[] _first;

    private AddedTokenMatcher(AddedTokenPattern[] patterns)
    {
        _patterns = patterns;
        char[] first = new char[patterns.Length];
        int count = 0;
        foreach (AddedTokenPattern pattern in patterns)
        {
            if (count == 0 || first[count - 1] != pattern.Text[0])
            {
                first[count++] = pattern.Text[0];
            }
        }

        _first = first.AsSpan(0, count).ToArray();
    }

    /// <summary>Creates a matcher.</summary>
    /// <param name="patterns">The tokens and what to search for; empty patterns are ignored.</param>
    /// <returns>The matcher, or null if there is nothing to search for.</returns>
    internal static AddedTokenMatcher? Create(List<AddedTokenPattern> patterns)
    {
        patterns.RemoveAll(static pattern => pattern.Text.Length == 0);
        if (patterns.Count == 0)
        {
            return null;
        }

        patterns.Sort(static (a, b) => string.CompareOrdinal(a.Text, b.Text));
        return new AddedTokenMatcher(patterns.ToArray());
    }

    /// <summary>Finds the next token.</summary>
    /// <param name="text">The whole text.</param>
    /// <param name="position">Where the search continues; moved past the match.</param>
    /// <param name="taken">The end of the previous match, including the white space that it absorbed.</param>
    /// <param name="match">The token and its range, including the white space that it absorbs.</param>
    internal bool TryFind(ReadOnlySpan<char> text, ref int position, int taken, out AddedTokenMatch match)
    {
        while (position < text.Length)
        {
            int next = text[position..].IndexOfAny(_first);
            if (next < 0)
            {
                break;
            }

            int start = position + next;
            int index = Longest(text[start..]);
            if (index < 0)
            {
                position = start + 1;
                continue;
            }

            AddedToken token = _patterns[index].Token;
            int end = start + _patterns[index].Text.Length;
            position = end;
            if (token.IsSingleWord && (EndsWithWord(text[..start]) || StartsWithWord(text[end..])))
            {
                continue;
            }

            if (token.StripsLeft)
            {
                start = Math.Max(StartOfTrailingSpace(text[..start]), taken);
            }

            if (token.StripsRight)
            {
                end += LengthOfLeadingSpace(text[end..]);
            }

            match = new AddedTokenMatch(token.Id, start, end);
            return true;
        }

        match = default;
        position = text.Length;
        return false;
    }

    private int Longest(ReadOnlySpan<char> text)
    {
        int low = 0;
        int high = _patterns.Length;
        int longest = -1;
        for (int length = 0; length < text.Length; length++)
        {
            low = FindFirst(low, high, length, text[length]);
            high = text[length] == char.MaxValue ? high : FindFirst(low, high, length, (char)(text[length] + 1));
            if (low == high)
            {
                break;
            }

            if (_patterns[low].Text.Length == length + 1)
            {
                longest = low;
            }
        }

        return longest;
    }

    /// <summary>Finds the first of the tokens, which are the same up to an index, whose unit there is not below a unit.</summary>
    private int FindFirst(int low, int high, int index, char unit)
    {
        while (low < high)
        {
            int middle = (low + high) >> 1;
            string pattern = _patterns[middle].Text;
            if (pattern.Length <= index || pattern[index] < unit)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }

    private static bool EndsWithWord(ReadOnlySpan<char> text)
    {
        if (text.IsEmpty)
        {
            return false;
        }

        int last = text.Length - 1;
        if (last > 0 && char.IsSurrogatePair(text[last - 1], text[last]))
        {
            last--;
        }

        return IsWord(CodePoints.Read(text, last, out _));
    }

    private static bool StartsWithWord(ReadOnlySpan<char> text) => !text.IsEmpty && IsWord(CodePoints.Read(text, 0, out _));

    private static bool IsWord(int codePoint) => (CodePoints.Flags(codePoint) & CodePointFlags.Word) != 0;

    private static bool IsSpace(char c) => (CodePoints.Flags(c) & CodePointFlags.WhiteSpace) != 0;

    private static int StartOfTrailingSpace(ReadOnlySpan<char> text)
    {
        int length = text.Length;
        while (length > 0 && IsSpace(text[length - 1]))
        {
            length--;
        }

        return length;
    }

    private static int LengthOfLeadingSpace(ReadOnlySpan<char> text)
    {
        int length = 0;
        while (length < text.Length && IsSpace(text[length]))
        {
            length++;
        }

        return length;
    }
}
