using ServerlessInference.Tokenizers.Unicode;

namespace ServerlessInference.Tokenizers.Normalization;

/// <summary>The steps that look at one character at a time: they drop it, replace it, or put something beside it.</summary>
internal sealed class CharacterNormalizer(CharacterNormalizer.Kind kind) : Normalizer
{
    /// <summary>What is done to a character.</summary>
    internal enum Kind
    {
        /// <summary>To lower case.</summary>
        Lowercase,

        /// <summary>Without combining marks.</summary>
        StripAccents,

        /// <summary>Without nonspacing marks: <c>strip_accents</c> of BertNormalizer.</summary>
        StripNonspacing,

        /// <summary>Without control characters, and white space as a space: <c>clean_text</c> of BertNormalizer.</summary>
        Clean,

        /// <summary>A space on either side of an ideograph: <c>handle_chinese_chars</c> of BertNormalizer.</summary>
        SpaceIdeographs,

        /// <summary>Nmt: without control characters, and several kinds of space as a space.</summary>
        Nmt,
    }

    internal override bool Keeps(ReadOnlySpan<char> text, bool isAscii) => kind switch
    {
        Kind.StripAccents or Kind.StripNonspacing or Kind.SpaceIdeographs => isAscii,
        Kind.Lowercase => isAscii && !text.ContainsAny(AsciiCharacters.Uppercase),
        _ => isAscii && !text.ContainsAny(AsciiCharacters.Controls),
    };

    internal override void Apply(AlignedText source, AlignedText target, NormalizerScratch scratch)
    {
        ReadOnlySpan<char> text = source.Units;
        ReadOnlySpan<int> starts = source.Starts;
        ReadOnlySpan<int> ends = source.Ends;
        for (int i = 0; i < text.Length;)
        {
            int at = i;
            int codePoint = CodePoints.Read(text, i, out int units);
            i += units;
            Convert(codePoint, starts[at], ends[at], target);
        }
    }

    private void Convert(int codePoint, int start, int end, AlignedText target)
    {
        switch (kind)
        {
            case Kind.Lowercase:
                Lower(codePoint, start, end, target);
                return;
            case Kind.StripAccents:
                if (GeneralCategories.IsOldMark(codePoint))
                {
                    return;
                }

                break;
            case Kind.StripNonspacing:
                if ((CodePoints.Flags(codePoint) & CodePointFlags.NonspacingMark) != 0)
                {
                    return;
                }

                break;
            case Kind.Clean:
                CodePointFlags flags = CodePoints.Flags(codePoint);
                if ((flags & CodePointFlags.Removed) != 0)
                {
                    return;
                }

                codePoint = (flags & CodePointFlags.WhiteSpace) != 0 ? ' ' : codePoint;
                break;
            case Kind.SpaceIdeographs when CodePoints.IsIdeograph(codePoint):
                target.Add(' ', start, end);
                target.Add(codePoint, start, end);
                codePoint = ' ';
                break;
            case Kind.Nmt:
                codePoint = ToNmt(codePoint);
                if (codePoint < 0)
                {
                    return;
                }

                break;
        }

        target.Add(codePoint, start, end);
    }

    private static void Lower(int codePoint, int start, int end, AlignedText target)
    {
        if ((CodePoints.Flags(codePoint) & CodePointFlags.Lowercases) == 0)
        {
            target.Add(codePoint, start, end);
            return;
        }

        target.Add(CodePoints.ToLower(codePoint), start, end);
        if (codePoint == CodePoints.CapitalIWithDot)
        {
            target.Add(CodePoints.CombiningDotAbove, start, end);
        }
    }

    private static int ToNmt(int codePoint) => codePoint switch
    {
        (>= 1 and <= 8) or 0xB or (>= 0xE and <= 0x1F) or 0x7F or 0x8F or 0x9F => -1,
        9 or 0xA or 0xC or 0xD or 0x1680 or (>= 0x200B and <= 0x200F) or 0x2028 or 0x2029 or 0x2581 or 0xFEFF or 0xFFFD => ' ',
        _ => codePoint,
    };
}
