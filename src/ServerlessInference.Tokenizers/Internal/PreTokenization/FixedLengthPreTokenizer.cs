using ServerlessInference.Tokenizers.Normalization;
using ServerlessInference.Tokenizers.RegularExpressions;

namespace ServerlessInference.Tokenizers.PreTokenization;

/// <summary>FixedLength: pieces of a number of characters each.</summary>
internal sealed class FixedLengthPreTokenizer(int length) : PreTokenizer
{
    internal override void Apply(
        TextView text, ReadOnlySpan<UnitRange> pieces, PieceList result, AlignedText target, MatchScratch matches)
    {
        foreach (UnitRange piece in pieces)
        {
            int from = piece.Start;
            int count = 0;
            for (int i = piece.Start; i < piece.End;)
            {
                i += char.IsHighSurrogate(text.Units[i]) ? 2 : 1;
                if (++count == length)
                {
                    result.Add(from, i);
                    (from, count) = (i, 0);
                }
            }

            result.Add(from, piece.End);
        }
    }
}
