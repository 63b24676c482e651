using System.Text;

namespace ServerlessInference.Tokenizers.RegularExpressions;

/// <summary>Parses a class in brackets: ranges, classes, nested brackets, intersections.</summary>
internal ref struct RegexClassParser(string pattern, int index)
{
    private const int MaxDepth = 50;

    private readonly string _pattern = pattern;
    private int _index = index;
    private int _depth;

    /// <summary>Parses the class at the index.</summary>
    /// <param name="ignoresCase">Whether members match in any case.</param>
    /// <param name="end">The index after the class.</param>
    internal CharacterSet Parse(bool ignoresCase, out int end)
    {
        CharacterSet set = ParseBrackets(ignoresCase);
        end = _index;
        return set;
    }

    private readonly FormatException Fail(string problem) => new($"The regular expression '{_pattern}' has a class that {problem}.");

    private CharacterSet ParseBrackets(bool ignoresCase)
    {
        if (++_depth > MaxDepth)
        {
            throw Fail($"is nested more than {MaxDepth} deep");
        }

        _index++;
        bool isNegative = Peek() == '^';
        _index += isNegative ? 1 : 0;
        CharacterSet? intersection = null;
        var members = new List<CharacterSet>();
        for (bool isFirst = true; ; isFirst = false)
        {
            char c = Peek();
            if (c == ']' && !(isFirst && _pattern.IndexOf(']', _index + 1) >= 0))
            {
                _index++;
                break;
            }

            if (c == '&' && _index + 1 < _pattern.Length && _pattern[_index + 1] == '&')
            {
                _index += 2;
                intersection = Intersect(intersection, members);
                members = [];
                continue;
            }

            members.Add(ParseMember());
        }

        CharacterSet set = Intersect(intersection, members);
        set = ignoresCase ? CharacterSet.IgnoreCase(set) : set;
        _depth--;
        return isNegative ? CharacterSet.Not(set) : set;
    }

    private readonly char Peek() => _index < _pattern.Length ? _pattern[_index] : throw Fail("lacks its closing bracket");

    private static CharacterSet Intersect(CharacterSet? first, List<CharacterSet> members)
    {
        CharacterSet second = members.Count == 0 ? RegexClasses.None : CharacterSet.Union(members);
        return first is null ? second : CharacterSet.Intersect(first, second);
    }

    private CharacterSet ParseMember()
    {
        char c = Peek();
        if (c == '[')
        {
            return TryParsePosix() ?? ParseBrackets(ignoresCase: false);
        }

        if (c == '\\' && _index + 1 < _pattern.Length && RegexEscape.TryReadSet(_pattern, ref _index, isInBrackets: true) is { } set)
        {
            return set;
        }

        int first = ReadCharacter();
        if (_index + 1 >= _pattern.Length || _pattern[_index] != '-' || _pattern[_index + 1] == ']')
        {
            return CharacterSet.FromRange(first, first);
        }

        int dash = _index++;
        if (_pattern[_index] == '[' || (_pattern[_index] == '&' && _index + 1 < _pattern.Length && _pattern[_index + 1] == '&'))
        {
            _index = dash + 1;
            return CharacterSet.Union([CharacterSet.FromRange(first, first), CharacterSet.FromRange('-', '-')]);
        }

        int probe = _index;
        if (_pattern[_index] == '\\' && _index + 1 < _pattern.Length && RegexEscape.TryReadSet(_pattern, ref probe) is not null)
        {
            throw Fail("has a class as the end of a range");
        }

        int last = ReadCharacter();
        return last < first ? throw Fail("has an empty range") : CharacterSet.FromRange(first, last);
    }

    private int ReadCharacter()
    {
        if (Peek() == '\\')
        {
            if (_index + 1 < _pattern.Length && _pattern[_index + 1] == 'b')
            {
                _index += 2;
                return '\b';
            }

            return RegexEscape.ReadCharacter(_pattern, ref _index);
        }

        Rune.DecodeFromUtf16(_pattern.AsSpan(_index), out Rune rune, out int units);
        _index += units;
        return rune.Value;
    }

    private CharacterSet? TryParsePosix()
    {
        if (_index + 1 >= _pattern.Length || _pattern[_index + 1] != ':')
        {
            return null;
        }

        int end = _pattern.IndexOf(":]", _index + 2, StringComparison.Ordinal);
        if (end < 0)
        {
            return null;
        }

        string name = _pattern[(_index + 2)..end];
        bool isNegative = name.StartsWith('^');
        CharacterSet? set = RegexClasses.FindPosix(isNegative ? name[1..] : name);
        if (set is null)
        {
            return null;
        }

        _index = end + 2;
        return isNegative ? CharacterSet.Not(set) : set;
    }
}
