using ServerlessInference.Tokenizers.Unicode;

namespace ServerlessInference.Tokenizers.RegularExpressions;

/// <summary>The named classes of regular expressions.</summary>
internal static class RegexClasses
{
    private static readonly string[] _categories =
    [
        "cn", "lu", "ll", "lt", "lm", "lo", "mn", "mc", "me", "nd", "nl", "no", "pc", "pd", "ps", "pe", "pi", "pf", "po", "sm", "sc", "sk",
        "so", "zs", "zl", "zp", "cc", "cf", "cs", "co",
    ];

    private static readonly string[] _categoryNames =
    [
        "unassigned", "uppercaseletter", "lowercaseletter", "titlecaseletter", "modifierletter", "otherletter", "nonspacingmark",
        "spacingmark", "enclosingmark", "decimalnumber", "letternumber", "othernumber", "connectorpunctuation", "dashpunctuation",
        "openpunctuation", "closepunctuation", "initialpunctuation", "finalpunctuation", "otherpunctuation", "mathsymbol",
        "currencysymbol", "modifiersymbol", "othersymbol", "spaceseparator", "lineseparator", "paragraphseparator", "control", "format",
        "surrogate", "privateuse",
    ];

    internal static CharacterSet Any { get; } = CharacterSet.FromRange(0, 0x10FFFF);

    internal static CharacterSet None { get; } = CharacterSet.FromRange(-1, -1);

    internal static CharacterSet NotLineBreak { get; } = CharacterSet.Not(CharacterSet.FromRange('\n', '\n'));

    internal static CharacterSet Digit { get; } = CharacterSet.FromCategories(1u << GeneralCategories.DecimalNumber);

    internal static CharacterSet Word { get; } = CharacterSet.FromPredicate(GeneralCategories.IsWord);

    /// <summary>Gets the word characters without the superscript digits and fractions of Latin-1.</summary>
    internal static CharacterSet PlainWord { get; } = CharacterSet.FromPredicate(static c =>
        GeneralCategories.IsWord(c)
        && (GeneralCategories.IsAlphabetic(c) || !GeneralCategories.IsIn(c, 1u << GeneralCategories.OtherNumber)));

    internal static CharacterSet WhiteSpace { get; } = CharacterSet.FromPredicate(GeneralCategories.IsWhiteSpace);

    internal static CharacterSet HexDigit { get; } =
        CharacterSet.FromPredicate(static codePoint => codePoint < 128 && char.IsAsciiHexDigit((char)codePoint));

    /// <summary>Finds the class in <c>\p{…}</c>; null if there is none of this name.</summary>
    internal static CharacterSet? FindProperty(string name)
    {
        string key = Simplify(name);
        if (key == "punct")
        {
            return CharacterSet.FromCategories(GeneralCategories.Punctuation);
        }

        if (key == "word")
        {
            return Word;
        }

        return FindPosix(key) ?? FindCategory(key) ?? FindScript(key);
    }

    /// <summary>Finds the class in <c>[:…:]</c>; null if there is none of this name.</summary>
    internal static CharacterSet? FindPosix(string name) => name switch
    {
        "alnum" => CharacterSet.FromPredicate(static c =>
            GeneralCategories.IsAlphabetic(c) || GeneralCategories.Get(c) == GeneralCategories.DecimalNumber),
        "alpha" => CharacterSet.FromPredicate(GeneralCategories.IsAlphabetic),
        "ascii" => CharacterSet.FromRange(0, 127),
        "blank" => CharacterSet.FromPredicate(static c => c == '\t' || GeneralCategories.IsIn(c, 1u << 23)),
        "cntrl" => CharacterSet.FromCategories(1u << 26),
        "digit" => Digit,
        "graph" => CharacterSet.FromPredicate(static c =>
            !GeneralCategories.IsWhiteSpace(c) && !GeneralCategories.IsIn(c, (1u << 26) | (1u << 28) | 1)),
        "lower" => CharacterSet.FromPredicate(static c => (GeneralCategories.GetRaw(c) & 128) != 0),
        "print" => CharacterSet.FromPredicate(static c =>
            GeneralCategories.IsIn(c, 1u << 23)
            || (!GeneralCategories.IsWhiteSpace(c) && !GeneralCategories.IsIn(c, (1u << 26) | (1u << 28) | 1))),
        "punct" => CharacterSet.FromCategories(GeneralCategories.Punctuation | GeneralCategories.Symbols),
        "space" => WhiteSpace,
        "upper" => CharacterSet.FromPredicate(static c => (GeneralCategories.GetRaw(c) & 64) != 0),
        "xdigit" => HexDigit,
        "word" => PlainWord,
        _ => null,
    };

    /// <summary>Creates <c>\R</c>: a line break of any kind, of which CR LF is one.</summary>
    internal static RegexNode CreateLineBreak()
    {
        RegexNode pair = RegexNode.Create(
            RegexNode.NodeKind.Sequence,
            RegexNode.CreateSet(CharacterSet.FromRange('\r', '\r')),
            RegexNode.CreateSet(CharacterSet.FromRange('\n', '\n')));
        RegexNode one = RegexNode.CreateSet(CharacterSet.FromPredicate(static c => c is (>= '\n' and <= '\r') or 0x85 or 0x2028 or 0x2029));
        return RegexNode.Create(RegexNode.NodeKind.Atomic, RegexNode.Create(RegexNode.NodeKind.Alternation, pair, one));
    }

    private static CharacterSet? FindCategory(string key)
    {
        uint mask = key switch
        {
            "l" or "letter" => GeneralCategories.Letters,
            "lc" or "casedletter" => 0b1110,
            "m" or "mark" or "combiningmark" => GeneralCategories.Marks,
            "n" or "number" => GeneralCategories.Numbers,
            "p" or "punctuation" => GeneralCategories.Punctuation,
            "s" or "symbol" => GeneralCategories.Symbols,
            "z" or "separator" => GeneralCategories.Separators,
            "c" or "other" => GeneralCategories.Others,
            _ => 0,
        };
        if (mask == 0)
        {
            int index = Array.IndexOf(_categories, key);
            index = index < 0 ? Array.IndexOf(_categoryNames, key) : index;
            mask = index < 0 ? 0 : 1u << index;
        }

        return mask != 0 ? CharacterSet.FromCategories(mask)
            : key switch
            {
                "any" => Any,
                "alphabetic" => CharacterSet.FromPredicate(GeneralCategories.IsAlphabetic),
                "uppercase" => FindPosix("upper"),
                "lowercase" => FindPosix("lower"),
                "whitespace" => WhiteSpace,
                "assigned" => CharacterSet.FromPredicate(static c => GeneralCategories.Get(c) != GeneralCategories.Unassigned),
                _ => null,
            };
    }

    private static CharacterSet? FindScript(string key)
    {
        for (int i = 0; i < ScriptTable.Names.Length; i++)
        {
            if (Simplify(ScriptTable.Names[i]) == key)
            {
                int number = i + 1;
                return CharacterSet.FromPredicate(codePoint => GetScript(codePoint) == number);
            }
        }

        return null;
    }

    private static int GetScript(int codePoint)
    {
        int block = ScriptTable.First[Math.Min(codePoint >> 7, ScriptTable.First.Length - 1)];
        return ScriptTable.Second[(block << 7) | (codePoint & 127)];
    }

    /// <summary>Case, spaces, hyphens and underscores do not matter in the name of a property.</summary>
    private static string Simplify(string name) =>
        string.Concat(name.Where(static c => c is not (' ' or '-' or '_')).Select(char.ToLowerInvariant));
}
