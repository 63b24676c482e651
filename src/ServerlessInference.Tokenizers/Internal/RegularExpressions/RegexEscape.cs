using System.Globalization;
using System.Text;

namespace ServerlessInference.Tokenizers.RegularExpressions;

/// <summary>Reads what follows a backslash, inside and outside of brackets.</summary>
internal static class RegexEscape
{
    /// <summary>Whether digits that could refer to a group are an octal number.</summary>
    internal static bool IsOctal(string pattern, int index) =>
        index + 2 < pattern.Length && IsOctalDigit(pattern[index]) && IsOctalDigit(pattern[index + 1]) && IsOctalDigit(pattern[index + 2]);

    /// <summary>Reads a class such as <c>\d</c> or <c>\p{L}</c>.</summary>
    /// <param name="pattern">The expression.</param>
    /// <param name="index">Where the backslash is; moved past the class.</param>
    /// <param name="isInBrackets">Whether it is in brackets, where <c>\w</c> has no superscript digits and fractions.</param>
    /// <returns>The set; null if it is not a class.</returns>
    internal static CharacterSet? TryReadSet(string pattern, ref int index, bool isInBrackets = false)
    {
        char c = pattern[index + 1];
        CharacterSet word = isInBrackets ? RegexClasses.PlainWord : RegexClasses.Word;
        CharacterSet? set = c switch
        {
            'd' => RegexClasses.Digit,
            'D' => CharacterSet.Not(RegexClasses.Digit),
            'w' => word,
            'W' => CharacterSet.Not(word),
            's' => RegexClasses.WhiteSpace,
            'S' => CharacterSet.Not(RegexClasses.WhiteSpace),
            'h' => RegexClasses.HexDigit,
            'H' => CharacterSet.Not(RegexClasses.HexDigit),
            'N' => RegexClasses.NotLineBreak,
            'O' => RegexClasses.Any,
            _ => null,
        };
        if (set is not null)
        {
            index += 2;
            return set;
        }

        if (c is not ('p' or 'P') || index + 2 >= pattern.Length || pattern[index + 2] != '{')
        {
            return null;
        }

        int close = pattern.IndexOf('}', index);
        if (close < 0)
        {
            throw new FormatException($"The regular expression '{pattern}' has a property without an end.");
        }

        string name = pattern[(index + 3)..close];
        bool isNegative = c == 'P';
        if (name.StartsWith('^'))
        {
            isNegative = !isNegative;
            name = name[1..];
        }

        set = RegexClasses.FindProperty(name)
            ?? throw new FormatException($"The regular expression '{pattern}' uses the unknown property '{name}'.");
        index = close + 1;
        return isNegative ? CharacterSet.Not(set) : set;
    }

    /// <summary>Reads an escaped character.</summary>
    /// <param name="pattern">The expression.</param>
    /// <param name="index">Where the backslash is; moved past the character.</param>
    internal static int ReadCharacter(string pattern, ref int index)
    {
        if (index + 1 >= pattern.Length)
        {
            throw new FormatException($"The regular expression '{pattern}' ends with a backslash.");
        }

        index++;
        Rune.DecodeFromUtf16(pattern.AsSpan(index), out Rune rune, out int units);
        switch (pattern[index])
        {
            case 't': return Take('\t', ref index);
            case 'n': return Take('\n', ref index);
            case 'r': return Take('\r', ref index);
            case 'f': return Take('\f', ref index);
            case 'v': return Take('\v', ref index);
            case 'a': return Take('\a', ref index);
            case 'e': return Take(0x1B, ref index);
            case 'x': return ReadHex(pattern, ref index);
            case 'u': return ReadNumber(pattern, ref index, 1, 4, 16);
            case 'c': return ReadControl(pattern, ref index, 1);
            case 'C' when index + 1 < pattern.Length && pattern[index + 1] == '-': return ReadControl(pattern, ref index, 2);
            case >= '0' and <= '7': return ReadNumber(pattern, ref index, 0, 3, 8);
            default:
                index += units;
                return rune.Value;
        }
    }

    private static bool IsOctalDigit(char c) => c is >= '0' and <= '7';

    private static int Take(int value, ref int index)
    {
        index++;
        return value;
    }

    private static int ReadControl(string pattern, ref int index, int skip)
    {
        index += skip;
        return index < pattern.Length
            ? pattern[index++] & 0x1F
            : throw new FormatException($"The regular expression '{pattern}' ends within an escape.");
    }

    private static int ReadHex(string pattern, ref int index)
    {
        if (index + 1 >= pattern.Length || pattern[index + 1] != '{')
        {
            return ReadNumber(pattern, ref index, 1, 2, 16);
        }

        int close = pattern.IndexOf('}', index);
        if (close < 0
            || !int.TryParse(
                pattern.AsSpan(index + 2, close - index - 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out int value)
            || !Rune.IsValid(value))
        {
            throw new FormatException($"The regular expression '{pattern}' has an invalid code point.");
        }

        index = close + 1;
        return value;
    }

    private static int ReadNumber(string pattern, ref int index, int skip, int maxDigits, int radix)
    {
        index += skip;
        int value = 0;
        for (int digits = 0; digits < maxDigits && index < pattern.Length; digits++, index++)
        {
            int digit = char.IsAsciiHexDigit(pattern[index]) ? Convert.ToInt32(pattern[index].ToString(), 16) : radix;
            if (digit >= radix)
            {
                break;
            }

            value = (value * radix) + digit;
        }

        return Rune.IsValid(value) ? value : throw new FormatException($"The regular expression '{pattern}' has an invalid code point.");
    }
}
