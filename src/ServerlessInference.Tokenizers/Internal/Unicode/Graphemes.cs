namespace ServerlessInference.Tokenizers.Unicode;

/// <summary>Boundaries of extended grapheme clusters (Unicode Standard Annex 29).</summary>
/// <remarks>Rule GB9c (conjuncts of Indic scripts) and pairs of regional indicators are left out: such clusters have more than five
/// bytes in UTF-8, and the only caller treats clusters of that size like their characters.</remarks>
internal static class Graphemes
{
    private const int Pictograph = 16;

    /// <summary>Finds the end of the cluster that starts at an index.</summary>
    /// <param name="text">Well-formed UTF-16.</param>
    /// <param name="start">The index, less than the length.</param>
    internal static int FindEnd(ReadOnlySpan<char> text, int start)
    {
        int codePoint = CodePoints.Read(text, start, out int units);
        int end = start + units;
        if (end < text.Length && codePoint < 0x300 && text[end] < 0x300 && codePoint != '\r')
        {
            return end;
        }

        int previous = Get(codePoint);
        bool afterPictograph = (previous & Pictograph) != 0;
        bool joinsPictograph = false;
        while (end < text.Length)
        {
            codePoint = CodePoints.Read(text, end, out units);
            int next = Get(codePoint);
            if (!Joins((GraphemeBreak)(previous & 15), (GraphemeBreak)(next & 15)) && !(joinsPictograph && (next & Pictograph) != 0))
            {
                break;
            }

            joinsPictograph = afterPictograph && (GraphemeBreak)(next & 15) == GraphemeBreak.ZeroWidthJoiner;
            afterPictograph = (next & Pictograph) != 0
                || (afterPictograph && (GraphemeBreak)(next & 15) == GraphemeBreak.Extend);
            previous = next;
            end += units;
        }

        return end;
    }

    private static int Get(int codePoint)
    {
        int block = GraphemeTable.First[Math.Min(codePoint >> 7, GraphemeTable.First.Length - 1)];
        return GraphemeTable.Second[(block << 7) | (codePoint & 127)];
    }

    private static bool Joins(GraphemeBreak previous, GraphemeBreak next)
    {
        if (previous is GraphemeBreak.CarriageReturn or GraphemeBreak.LineFeed or GraphemeBreak.Control)
        {
            return previous == GraphemeBreak.CarriageReturn && next == GraphemeBreak.LineFeed;
        }

        if (next is GraphemeBreak.Extend or GraphemeBreak.ZeroWidthJoiner or GraphemeBreak.SpacingMark)
        {
            return true;
        }

        return previous switch
        {
            GraphemeBreak.Prepend => next is not (GraphemeBreak.CarriageReturn or GraphemeBreak.LineFeed or GraphemeBreak.Control),
            GraphemeBreak.HangulL =>
                next is GraphemeBreak.HangulL or GraphemeBreak.HangulV or GraphemeBreak.HangulLV or GraphemeBreak.HangulLVT,
            GraphemeBreak.HangulLV or GraphemeBreak.HangulV => next is GraphemeBreak.HangulV or GraphemeBreak.HangulT,
            GraphemeBreak.HangulLVT or GraphemeBreak.HangulT => next is GraphemeBreak.HangulT,
            _ => false,
        };
    }
}
