namespace ServerlessInference.Tokenizers.Unicode;

/// <summary>General categories and the classes that regular expressions make of them, in Unicode 16 as Oniguruma 6.9.10 has it.</summary>
internal static class GeneralCategories
{
    internal const int Unassigned = 0;
    internal const int DecimalNumber = 9;
    internal const int OtherNumber = 11;
    internal const int ConnectorPunctuation = 12;

    internal const uint Letters = 0b111110;
    internal const uint Marks = 0b111 << 6;
    internal const uint Numbers = 0b111 << 9;
    internal const uint Punctuation = 0b1111111 << 12;
    internal const uint Symbols = 0b1111 << 19;
    internal const uint Separators = 0b111 << 23;
    internal const uint Others = (0b1111u << 26) | 1;

    private const uint WordMask = Letters | Marks | (1u << DecimalNumber) | (1u << ConnectorPunctuation);

    /// <summary>Gets the general category, and in the upper three bits whether the code point is alphabetic, upper or lower case.</summary>
    internal static int GetRaw(int codePoint)
    {
        int block = CategoryTable.First[Math.Min(codePoint >> 7, CategoryTable.First.Length - 1)];
        return CategoryTable.Second[(block << 7) | (codePoint & 127)];
    }

    internal static int Get(int codePoint) => GetRaw(codePoint) & 31;

    /// <summary>Whether the category is in a mask that has a bit per category.</summary>
    internal static bool IsIn(int codePoint, uint mask) => ((mask >> Get(codePoint)) & 1) != 0;

    internal static bool IsLetter(int codePoint) => IsIn(codePoint, Letters);

    internal static bool IsNumber(int codePoint) => IsIn(codePoint, Numbers);

    internal static bool IsWhiteSpace(int codePoint) => (CodePoints.Flags(codePoint) & CodePointFlags.WhiteSpace) != 0;

    internal static bool IsAlphabetic(int codePoint) => (GetRaw(codePoint) & 32) != 0;

    /// <summary><c>\w</c> of Oniguruma: superscript digits and fractions of Latin-1 are word characters, others of their kind are
    /// not.</summary>
    internal static bool IsWord(int codePoint)
    {
        int raw = GetRaw(codePoint);
        return (raw & 32) != 0 || ((WordMask >> (raw & 31)) & 1) != 0
            || codePoint is 0xB2 or 0xB3 or 0xB9 or (>= 0xBC and <= 0xBE);
    }

    /// <summary>Whether Rust's <c>char::is_numeric</c> accepts the code point: category N in Unicode 17, which added two scripts'
    /// digits.</summary>
    internal static bool IsRustNumeric(int codePoint) =>
        IsNumber(codePoint) || codePoint is (>= 0x11DE0 and <= 0x11DE9) or (>= 0x16FF4 and <= 0x16FF6);

    /// <summary>Whether the code point is a combining mark of Unicode 9.</summary>
    internal static bool IsOldMark(int codePoint)
    {
        if (codePoint < 0x300)
        {
            return false;
        }

        int index = MarkTable.Bounds.BinarySearch(codePoint);
        return index >= 0 ? (index & 1) == 0 : (~index & 1) != 0;
    }
}
