using ServerlessInference.Tokenizers.Normalization;
using ServerlessInference.Tokenizers.RegularExpressions;

namespace ServerlessInference.Tokenizers.PreTokenization;

/// <summary>Splits at the matches of a pattern, or at what is between them.</summary>
internal sealed class SplitPreTokenizer(TextPattern pattern, SplitBehavior behavior, bool isInverted) : PreTokenizer
{
    internal override void Apply(
        TextView text, ReadOnlySpan<UnitRange> pieces, PieceList result, AlignedText target, MatchScratch matches)
    {
        foreach (UnitRange piece in pieces)
        {
            var joiner = new PieceJoiner(behavior, piece.Start, result);
            ReadOnlySpan<char> part = text.Units[piece.Start..piece.End];
            var iterator = new MatchIterator(pattern, part, matches);
            int taken = 0;
            while (iterator.TryNext(out int start, out int end))
            {
                if (taken != start)
                {
                    joiner.Add(taken, start, isInverted);
                }

                joiner.Add(start, end, !isInverted);
                taken = end;
            }

            if (taken != part.Length)
            {
                joiner.Add(taken, part.Length, isInverted);
            }

            joiner.Finish();
        }
    }
}
