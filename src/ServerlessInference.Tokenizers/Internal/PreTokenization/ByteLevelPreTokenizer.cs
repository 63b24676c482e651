using ServerlessInference.Tokenizers.Normalization;
using ServerlessInference.Tokenizers.RegularExpressions;

namespace ServerlessInference.Tokenizers.PreTokenization;

/// <summary>ByteLevel: splits as GPT-2 does and replaces each byte with the character that stands for it.</summary>
/// <param name="addsSpace">Whether a space is put before a piece that does not start with one.</param>
/// <param name="splits">Whether pieces are split by the expression of GPT-2.</param>
/// <param name="convertsBytes">Whether bytes are replaced here; false if the model does that.</param>
internal sealed class ByteLevelPreTokenizer(bool addsSpace, bool splits, bool convertsBytes) : PreTokenizer
{
    internal override bool ChangesText => addsSpace || convertsBytes;

    internal override void Apply(
        TextView text, ReadOnlySpan<UnitRange> pieces, PieceList result, AlignedText target, MatchScratch matches)
    {
        foreach (UnitRange piece in pieces)
        {
            bool isPrefixed = addsSpace && text.Units[piece.Start] != ' ';
            int start = piece.Start;
            if (!splits)
            {
                Write(text, piece, start, piece.End, isPrefixed, result, target);
                continue;
            }

            // The space belongs to the first word if that may have one.
            ReadOnlySpan<char> part = text.Units[piece.Start..piece.End];
            int position = 0;
            while (position < part.Length)
            {
                int end = isPrefixed && position == 0 ? MatchWithSpace(part) : Gpt2Pattern.Instance.Match(part, position);
                if (end == 0)
                {
                    // The space is a word of its own.
                    Write(text, piece, start, start, isPrefixed: true, result, target);
                    isPrefixed = false;
                    continue;
                }

                Write(text, piece, start + position, start + end, isPrefixed && position == 0, result, target);
                position = end;
            }
        }
    }

    /// <summary>Matches a text as if a space were before it.</summary>
    /// <returns>How much of the text the match takes: nothing if it takes the space alone.</returns>
    private static int MatchWithSpace(ReadOnlySpan<char> text)
    {
        int length = Math.Min(text.Length, 256);
        Span<char> window = stackalloc char[257];
        window[0] = ' ';
        text[..length].CopyTo(window[1..]);
        int end = Gpt2Pattern.Instance.Match(window[..(length + 1)], 0) - 1;
        if (end < length - 1 || length == text.Length)
        {
            return end;
        }

        char[] whole = new char[text.Length + 1];
        whole[0] = ' ';
        text.CopyTo(whole.AsSpan(1));
        return Gpt2Pattern.Instance.Match(whole, 0) - 1;
    }

    private void Write(
        TextView text, UnitRange piece, int start, int end, bool isPrefixed, PieceList result, AlignedText target)
    {
        if (!ChangesText)
        {
            result.Add(start, end);
            return;
        }

        int from = target.Count;
        if (isPrefixed)
        {
            int last = piece.Start + (char.IsHighSurrogate(text.Units[piece.Start]) ? 1 : 0);
            target.Add(convertsBytes ? ByteAlphabet.Characters[' '] : ' ', text.GetStart(piece.Start), text.GetEnd(last));
        }

        if (convertsBytes)
        {
            ByteAlphabet.Convert(text, start, end, target);
        }
        else
        {
            text.CopyTo(target, start, end);
        }

        result.Add(from, target.Count);
    }
}
