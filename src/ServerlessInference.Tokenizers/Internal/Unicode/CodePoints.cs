using System.Runtime.CompilerServices;

namespace ServerlessInference.Tokenizers.Unicode;

/// <summary>Unicode properties and mappings from the package's own tables.</summary>
/// <remarks>Independent of ICU, of the culture and of the version of .NET.</remarks>
internal static class CodePoints
{
    internal const int Replacement = 0xFFFD;
    internal const int CapitalIWithDot = 0x130;
    internal const int CombiningDotAbove = 0x307;

    private const int HangulBase = 0xAC00;
    private const int HangulCount = 11172;
    private const int HangulVowelsAndTails = 588;
    private const int HangulTails = 28;

    /// <summary>Gets the properties of a code point.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static CodePointFlags Flags(int codePoint)
    {
        int block = PropertyTable.First[codePoint >> 7];
        return (CodePointFlags)PropertyTable.Second[(block << 7) | (codePoint & 127)];
    }

    /// <summary>Reads a code point. A lone surrogate is read as U+FFFD, as in a conversion to UTF-8.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static int Read(ReadOnlySpan<char> text, int index, out int units)
    {
        char c = text[index];
        units = 1;
        return char.IsSurrogate(c) ? ReadSurrogate(text, index, c, out units) : c;
    }

    /// <summary>Maps to lower case by Unicode's simple mapping. U+0130 maps to i, to which the caller appends U+0307.</summary>
    internal static int ToLower(int codePoint)
    {
        int block = LowercaseTable.First[Math.Min(codePoint >> 6, LowercaseTable.First.Length - 1)];
        ushort delta = LowercaseTable.Second[(block << 6) | (codePoint & 63)];
        return codePoint <= 0xFFFF ? (codePoint + delta) & 0xFFFF : codePoint + (short)delta;
    }

    /// <summary>Gets the full canonical decomposition in UTF-16; empty if there is none, and for Hangul syllables.</summary>
    internal static ReadOnlySpan<ushort> Decomposition(int codePoint)
    {
        int block = DecompositionTable.First[Math.Min(codePoint >> 6, DecompositionTable.First.Length - 1)];
        int index = DecompositionTable.Second[(block << 6) | (codePoint & 63)];
        return DecompositionTable.Pool.Slice(index + 1, DecompositionTable.Pool[index]);
    }

    /// <summary>Whether the code point is a precomposed Hangul syllable.</summary>
    internal static bool IsHangul(int codePoint) => (uint)(codePoint - HangulBase) < HangulCount;

    /// <summary>Decomposes a Hangul syllable by arithmetic (The Unicode Standard, section 3.12).</summary>
    /// <returns>The number of jamo, 2 or 3.</returns>
    internal static int DecomposeHangul(int codePoint, Span<int> jamo)
    {
        int index = codePoint - HangulBase;
        jamo[0] = 0x1100 + (index / HangulVowelsAndTails);
        jamo[1] = 0x1161 + (index % HangulVowelsAndTails / HangulTails);
        jamo[2] = 0x11A7 + (index % HangulTails);
        return jamo[2] == 0x11A7 ? 2 : 3;
    }

    /// <summary>Gets the canonical combining class.</summary>
    internal static int CombiningClass(int codePoint)
    {
        ReadOnlySpan<uint> classes = DecompositionTable.Classes;
        int low = 0;
        int high = classes.Length;
        while (low < high)
        {
            int middle = (low + high) >> 1;
            if (classes[middle] >> 8 <= (uint)codePoint)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low == 0 ? 0 : (int)(classes[low - 1] & 0xFF);
    }

    /// <summary>Whether BERT inserts spaces around the character.</summary>
    /// <remarks>The blocks of CJK ideographs are those that the original tokenizer lists.</remarks>
    internal static bool IsIdeograph(int codePoint) => codePoint switch
    {
        < 0x3400 => false,
        <= 0x4DBF => true,
        < 0x4E00 => false,
        <= 0x9FFF => true,
        < 0xF900 => false,
        <= 0xFAFF => true,
        < 0x20000 => false,
        <= 0x2A6DF => true,
        < 0x2A700 => false,
        <= 0x2B81F => true,
        < 0x2B920 => false,
        <= 0x2CEAF => true,
        < 0x2F800 => false,
        <= 0x2FA1F => true,
        _ => false,
    };

    private static int ReadSurrogate(ReadOnlySpan<char> text, int index, char c, out int units)
    {
        if (char.IsHighSurrogate(c) && index + 1 < text.Length && char.IsLowSurrogate(text[index + 1]))
        {
            units = 2;
            return char.ConvertToUtf32(c, text[index + 1]);
        }

        units = 1;
        return Replacement;
    }
}
