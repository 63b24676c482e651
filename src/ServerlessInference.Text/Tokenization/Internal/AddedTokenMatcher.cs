using System.Buffers;
using ServerlessInference.Text.Tokenization.Internal.Unicode;

namespace ServerlessInference.Text.Tokenization.Internal;

/// <summary>Finds added tokens in a text: leftmost first, the longest of those that start together.</summary>
/// <remarks>Immutable; thread-safe. There are few added tokens, so they are tried by their first unit,
/// longest first.</remarks>
internal sealed class AddedTokenMatcher
{
    private readonly AddedToken[] _tokens;
    private readonly string[] _patterns;
    private readonly SearchValues<char> _first;
    private readonly Dictionary<char, Range> _byFirst = [];

    private AddedTokenMatcher(AddedToken[] tokens, string[] patterns)
    {
        _tokens = tokens;
        _patterns = patterns;
        for (int i = 0; i < patterns.Length; i++)
        {
            char first = patterns[i][0];
            _byFirst[first] = _byFirst.TryGetValue(first, out Range range) ? range.Start..(i + 1) : i..(i + 1);
        }

        _first = SearchValues.Create([.. _byFirst.Keys]);
    }

    /// <summary>Creates a matcher.</summary>
    /// <param name="tokens">The tokens and what to look for; empty patterns are left out.</param>
    /// <returns>The matcher, or null where nothing is left.</returns>
    internal static AddedTokenMatcher? Create(List<(AddedToken Token, string Pattern)> tokens)
    {
        tokens.RemoveAll(static token => token.Pattern.Length == 0);
        if (tokens.Count == 0)
        {
            return null;
        }

        tokens.Sort(static (a, b) =>
            a.Pattern[0] != b.Pattern[0] ? a.Pattern[0].CompareTo(b.Pattern[0]) : b.Pattern.Length.CompareTo(a.Pattern.Length));
        var found = new AddedToken[tokens.Count];
        string[] patterns = new string[tokens.Count];
        for (int i = 0; i < found.Length; i++)
        {
            (found[i], patterns[i]) = tokens[i];
        }

        return new AddedTokenMatcher(found, patterns);
    }

    /// <summary>Finds the next token.</summary>
    /// <param name="text">The whole text.</param>
    /// <param name="position">Where to search on; moved past the match.</param>
    /// <param name="taken">How far earlier matches reach, white space included.</param>
    /// <param name="match">The token and the range that it takes in.</param>
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

            AddedToken token = _tokens[index];
            int end = start + _patterns[index].Length;
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
        (int start, int count) = _byFirst[text[0]].GetOffsetAndLength(_patterns.Length);
        for (int i = start; i < start + count; i++)
        {
            if (text.StartsWith(_patterns[i], StringComparison.Ordinal))
            {
                return i;
            }
        }

        return -1;
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
