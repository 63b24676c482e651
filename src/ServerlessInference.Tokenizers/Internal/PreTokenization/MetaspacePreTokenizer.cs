using ServerlessInference.Tokenizers.Normalization;
using ServerlessInference.Tokenizers.RegularExpressions;

namespace ServerlessInference.Tokenizers.PreTokenization;

/// <summary>Metaspace: replaces spaces with a visible character, puts one before a text, and starts a piece at each.</summary>
internal sealed class MetaspacePreTokenizer(char replacement, PrependScheme scheme, bool splits) : PreTokenizer
{
    internal override bool ChangesText => true;

    internal override void Apply(
        TextView text, ReadOnlySpan<UnitRange> pieces, PieceList result, AlignedText target, MatchScratch matches)
    {
        foreach (UnitRange piece in pieces)
        {
            char first = text.Units[piece.Start];
            int from = target.Count;
            bool prepends = scheme == PrependScheme.Always || (scheme == PrependScheme.First && text.GetStart(piece.Start) == 0);
            if (prepends && first != ' ' && first != replacement)
            {
                int last = piece.Start + (char.IsHighSurrogate(first) ? 1 : 0);
                target.Add(replacement, text.GetStart(piece.Start), text.GetEnd(last));
            }

            int copied = target.Count;
            text.CopyTo(target, piece.Start, piece.End);
            target.Replace(copied, ' ', replacement);
            Split(target.Units, from, result);
        }
    }

    private void Split(ReadOnlySpan<char> units, int from, PieceList result)
    {
        while (splits)
        {
            int next = from + 1 < units.Length ? units[(from + 1)..].IndexOf(replacement) : -1;
            if (next < 0)
            {
                break;
            }

            result.Add(from, from + 1 + next);
            from += 1 + next;
        }

        result.Add(from, units.Length);
    }
}
