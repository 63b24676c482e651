using System.Globalization;
using System.Text;

namespace ServerlessInference.Tokenizers.RegularExpressions;

/// <summary>Parses a regular expression in the syntax of Oniguruma for Ruby, which tokenizer files are written in.</summary>
/// <remarks>Groups do not capture, because nothing asks for them. What needs them (back references) and rare extensions are refused by
/// name.</remarks>
internal sealed class RegexParser
{
    private const int MaxDepth = 100;
    private const int MaxRepeat = 1000;

    private readonly string _pattern;
    private int _index;
    private int _depth;
    private Options _options;

    private RegexParser(string pattern) => _pattern = pattern;

    [Flags]
    private enum Options
    {
        None = 0,
        IgnoreCase = 1,
        DotMatchesLine = 2,
        Extended = 4,
    }

    private bool IsAtEnd => _index >= _pattern.Length;

    /// <summary>Parses an expression.</summary>
    /// <exception cref="FormatException">The expression is not valid, or needs something that is not supported.</exception>
    internal static RegexNode Parse(string pattern)
    {
        var parser = new RegexParser(pattern);
        RegexNode root = parser.ParseAlternation();
        return parser.IsAtEnd ? root : throw parser.Fail("has a closing parenthesis too many");
    }

    private FormatException Fail(string problem) => new($"The regular expression '{_pattern}' {problem}.");

    private FormatException Refuse(string what) => new($"The regular expression '{_pattern}' uses {what}, which is not supported.");

    private bool TryTake(string text)
    {
        if (string.CompareOrdinal(_pattern, _index, text, 0, text.Length) != 0)
        {
            return false;
        }

        _index += text.Length;
        return true;
    }

    private RegexNode ParseAlternation()
    {
        if (++_depth > MaxDepth)
        {
            throw Fail($"is nested more than {MaxDepth} deep");
        }

        RegexNode first = ParseSequence();
        if (!IsAtEnd && _pattern[_index] == '|')
        {
            first = RegexNode.Create(RegexNode.NodeKind.Alternation, first);
            while (TryTake("|"))
            {
                first.Children.Add(ParseSequence());
            }
        }

        _depth--;
        return first;
    }

    private RegexNode ParseSequence()
    {
        RegexNode sequence = RegexNode.Create(RegexNode.NodeKind.Sequence);
        while (!IsAtEnd && _pattern[_index] is not ('|' or ')'))
        {
            if (!TrySkip())
            {
                sequence.Children.Add(ParseQuantifiers(ParseAtom()));
            }
        }

        return (_options & Options.IgnoreCase) != 0 ? RegexCase.Expand(sequence) : sequence;
    }

    /// <summary>Skips a comment, and white space where it has no meaning.</summary>
    private bool TrySkip()
    {
        if (TryTake("(?#"))
        {
            int close = _pattern.IndexOf(')', _index);
            _index = close < 0 ? throw Fail("has a comment without an end") : close + 1;
            return true;
        }

        if ((_options & Options.Extended) == 0)
        {
            return false;
        }

        if (TryTake("#"))
        {
            int end = _pattern.IndexOf('\n', _index);
            _index = end < 0 ? _pattern.Length : end + 1;
            return true;
        }

        bool isBlank = _pattern[_index] is ' ' or (>= '\t' and <= '\r');
        _index += isBlank ? 1 : 0;
        return isBlank;
    }

    private RegexNode ParseAtom()
    {
        char c = _pattern[_index];
        switch (c)
        {
            case '(':
                return ParseGroup();
            case '[':
                return ParseClass();
            case '\\':
                return ParseEscape();
            case '.':
                _index++;
                return RegexNode.CreateSet((_options & Options.DotMatchesLine) != 0 ? RegexClasses.Any : RegexClasses.NotLineBreak);
            case '^':
                _index++;
                return new RegexNode(RegexNode.NodeKind.Assertion) { Assertion = RegexAssertion.LineStart };
            case '$':
                _index++;
                return new RegexNode(RegexNode.NodeKind.Assertion) { Assertion = RegexAssertion.LineEnd };
            case '*' or '+' or '?':
                throw Fail("repeats nothing");
            case '{' when TryReadInterval(out _, out _):
                throw Fail("repeats nothing");
            default:
                Rune.DecodeFromUtf16(_pattern.AsSpan(_index), out Rune rune, out int units);
                _index += units;
                return CreateLiteral(rune.Value);
        }
    }

    private RegexNode CreateLiteral(int codePoint)
    {
        if ((_options & Options.IgnoreCase) == 0 || CaseFolding.GetEquivalents(codePoint).Length == 0)
        {
            return new RegexNode(RegexNode.NodeKind.Set) { Set = CharacterSet.FromRange(codePoint, codePoint), Literal = codePoint };
        }

        var sets = new List<CharacterSet> { CharacterSet.FromRange(codePoint, codePoint) };
        foreach (int other in CaseFolding.GetEquivalents(codePoint))
        {
            sets.Add(CharacterSet.FromRange(other, other));
        }

        return new RegexNode(RegexNode.NodeKind.Set) { Set = CharacterSet.Union(sets), Folded = CaseFolding.Fold(codePoint) };
    }

    private RegexNode ParseQuantifiers(RegexNode node)
    {
        while (!IsAtEnd)
        {
            char c = _pattern[_index];
            int min = c == '+' ? 1 : 0;
            int max = c == '?' ? 1 : -1;
            bool isInterval = c == '{' && TryReadInterval(out min, out max);
            if (!isInterval)
            {
                if (c is not ('*' or '+' or '?'))
                {
                    break;
                }

                _index++;
            }

            if (min > MaxRepeat || max > MaxRepeat)
            {
                throw Fail($"repeats something more than {MaxRepeat} times");
            }

            bool isLazy = TryTake("?");
            if (isInterval && max >= 0 && min > max)
            {
                throw Fail("has a repetition whose minimum is above its maximum");
            }

            bool isPossessive = !isInterval && !isLazy && TryTake("+");
            node = new RegexNode(RegexNode.NodeKind.Repeat) { Min = min, Max = max, IsLazy = isLazy, Children = { node } };
            node = isPossessive ? RegexNode.Create(RegexNode.NodeKind.Atomic, node) : node;
        }

        return node;
    }

    /// <summary>Reads <c>{n}</c>, <c>{n,}</c>, <c>{,n}</c> or <c>{n,m}</c>. Anything else is literal.</summary>
    private bool TryReadInterval(out int min, out int max)
    {
        min = 0;
        max = -1;
        int close = _pattern.IndexOf('}', _index);
        if (close < 0)
        {
            return false;
        }

        ReadOnlySpan<char> body = _pattern.AsSpan(_index + 1, close - _index - 1);
        int comma = body.IndexOf(',');
        ReadOnlySpan<char> low = comma < 0 ? body : body[..comma];
        ReadOnlySpan<char> high = comma < 0 ? body : body[(comma + 1)..];
        bool isInterval = (low.IsEmpty ? comma >= 0 && !high.IsEmpty : TryReadNumber(low, out min))
            && (high.IsEmpty || TryReadNumber(high, out max));
        _index = isInterval ? close + 1 : _index;
        return isInterval;
    }

    private static bool TryReadNumber(ReadOnlySpan<char> text, out int value) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);

    private RegexNode ParseGroup()
    {
        _index++;
        Options outer = _options;
        RegexNode node;
        if (!TryTake("?"))
        {
            node = TryTake("*") ? throw Refuse("a callout") : ParseAlternation();
        }
        else if (TryTake(":"))
        {
            node = ParseAlternation();
        }
        else if (TryTake(">"))
        {
            node = RegexNode.Create(RegexNode.NodeKind.Atomic, ParseAlternation());
        }
        else if (ParseLook() is { } look)
        {
            node = look;
        }
        else if (!IsAtEnd && _pattern[_index] is '<' or '\'')
        {
            SkipName();
            node = ParseAlternation();
        }
        else if (ReadOptions())
        {
            // Options without a part of their own hold for the rest of the group, which they make a group: a(?i)b|c is a(?i:b|c).
            node = ParseAlternation();
            _options = outer;
            return node;
        }
        else
        {
            node = ParseAlternation();
        }

        _options = outer;
        return TryTake(")") ? node : throw Fail("lacks a closing parenthesis");
    }

    private RegexNode? ParseLook()
    {
        bool isBehind = false;
        bool isNegative = false;
        if (TryTake("<="))
        {
            isBehind = true;
        }
        else if (TryTake("<!"))
        {
            isBehind = isNegative = true;
        }
        else if (TryTake("!"))
        {
            isNegative = true;
        }
        else if (!TryTake("="))
        {
            return null;
        }

        return new RegexNode(RegexNode.NodeKind.Look)
        {
            IsBehind = isBehind, IsNegative = isNegative, Children = { ParseAlternation() },
        };
    }

    private void SkipName()
    {
        char close = _pattern[_index] == '<' ? '>' : '\'';
        int end = _pattern.IndexOf(close, _index + 1);
        _index = end < _index + 2 ? throw Fail("has a group without a name") : end + 1;
    }

    /// <summary>Reads <c>i-m:</c> or <c>i-m)</c>.</summary>
    /// <returns>Whether the options have no part of their own.</returns>
    private bool ReadOptions()
    {
        bool isOn = true;
        while (!IsAtEnd)
        {
            char c = _pattern[_index++];
            if (c is ':' or ')')
            {
                return c == ')';
            }

            Options option = c switch
            {
                'i' => Options.IgnoreCase,
                'm' => Options.DotMatchesLine,
                'x' => Options.Extended,
                '-' => Options.None,
                '~' => throw Refuse("an absent operator"),
                '(' => throw Refuse("a condition"),
                _ => throw Fail($"has the unknown option '{c}'"),
            };
            isOn &= c != '-';
            _options = isOn ? _options | option : _options & ~option;
        }

        throw Fail("lacks a closing parenthesis");
    }

    private RegexNode ParseClass()
    {
        var parser = new RegexClassParser(_pattern, _index);
        CharacterSet set = parser.Parse((_options & Options.IgnoreCase) != 0, out _index);
        return RegexNode.CreateSet(set);
    }

    private RegexNode ParseEscape()
    {
        if (_index + 1 >= _pattern.Length)
        {
            throw Fail("ends with a backslash");
        }

        RegexAssertion? assertion = _pattern[_index + 1] switch
        {
            'A' => RegexAssertion.TextStart,
            'z' => RegexAssertion.TextEnd,
            'Z' => RegexAssertion.TextEndOrBreak,
            'G' => RegexAssertion.SearchStart,
            'b' => RegexAssertion.WordBoundary,
            'B' => RegexAssertion.NoWordBoundary,
            _ => null,
        };
        if (assertion is { } condition)
        {
            _index += 2;
            return new RegexNode(RegexNode.NodeKind.Assertion) { Assertion = condition };
        }

        switch (_pattern[_index + 1])
        {
            case 'R':
                _index += 2;
                return RegexClasses.CreateLineBreak();
            case 'X' or 'y' or 'Y':
                throw Refuse("text segments");
            case 'K':
                throw Refuse(@"\K");
            case 'k' or 'g':
                throw Refuse("a reference to a group");
            case >= '1' and <= '9' when !RegexEscape.IsOctal(_pattern, _index + 1):
                throw Refuse("a reference to a group");
        }

        CharacterSet? set = RegexEscape.TryReadSet(_pattern, ref _index);
        return set is not null ? RegexNode.CreateSet(set) : CreateLiteral(RegexEscape.ReadCharacter(_pattern, ref _index));
    }
}
