using ServerlessInference.Tokenizers.Normalization;
using ServerlessInference.Tokenizers.Vocabularies;

namespace ServerlessInference.Tokenizers.Models;

/// <summary>A unigram language model: splits a word into the pieces whose scores have the largest sum.</summary>
/// <remarks>Viterbi's algorithm; of equal sums the one that was found first counts. Source: Kudo 2018; details as in Hugging Face's
/// tokenizers 0.23.2.</remarks>
internal sealed class UnigramModel : WordModel
{
    private const double UnknownPenalty = 10;

    private readonly double[] _scores;
    private readonly int _unknownId;
    private readonly double _unknownScore;
    private readonly int[]? _fallback;

    // The length in bytes of the longest piece that starts with two given bytes.
    private readonly ushort[] _longest = new ushort[1 << 16];

    /// <summary>Creates a model.</summary>
    /// <param name="vocabulary">The pieces; a piece that occurs twice has the later id.</param>
    /// <param name="scores">The score of each id.</param>
    /// <param name="unknownId">The id of characters that no piece covers.</param>
    /// <param name="fallsBackToBytes">Whether unknown characters become the tokens of their bytes.</param>
    internal UnigramModel(Vocabulary vocabulary, double[] scores, int unknownId, bool fallsBackToBytes)
        : base(vocabulary)
    {
        _scores = scores;
        _unknownId = unknownId;
        double least = double.PositiveInfinity;
        for (int id = 0; id < scores.Length; id++)
        {
            least = Math.Min(least, scores[id]);
            ReadOnlySpan<byte> piece = vocabulary.GetBytes(id);
            if (!piece.IsEmpty)
            {
                ref ushort longest = ref _longest[(piece[0] << 8) | (piece.Length > 1 ? piece[1] : 0)];
                longest = (ushort)Math.Max((int)longest, Math.Min(piece.Length, ushort.MaxValue));
            }
        }

        _unknownScore = least - UnknownPenalty;
        if (fallsBackToBytes)
        {
            _fallback = new int[256];
            for (int i = 0; i < _fallback.Length; i++)
            {
                _fallback[i] = vocabulary.Find(ByteToken.Get(i));
            }
        }
    }

    internal override int? UnknownId => _unknownId;

    internal override void Tokenize(ReadOnlySpan<char> word, WordTokens tokens, ModelScratch scratch)
    {
        WordBytes bytes = scratch.Word;
        bytes.Set(word);
        BestPaths paths = scratch.Paths;
        FindPaths(bytes, paths);
        paths.Reverse(bytes.Length);
        int unknownStart = -1;
        for (int start = 0; start < bytes.Length;)
        {
            int end = (int)paths.GetScore(start);
            if (paths.GetId(start) == _unknownId)
            {
                unknownStart = unknownStart < 0 ? start : unknownStart;
            }
            else
            {
                AddUnknown(bytes, unknownStart, start, tokens);
                unknownStart = -1;
                UnitRange range = bytes.ToUnits(start, end);
                tokens.Add(paths.GetId(start), range.Start, range.End);
            }

            start = end;
        }

        AddUnknown(bytes, unknownStart, bytes.Length, tokens);
    }

    private void FindPaths(WordBytes bytes, BestPaths paths)
    {
        int length = bytes.Length;
        paths.Start(length);
        int width;
        for (int start = 0; start < length; start += width)
        {
            ref byte first = ref bytes.At(start);
            width = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
            double score = paths.GetScore(start);
            bool hasCharacter = false;
            int longest = start + 1 < length ? _longest[(first << 8) | bytes.At(start + 1)] : 0;
            longest = Math.Min(Math.Max(longest, (int)_longest[first << 8]), length - start);
            for (int size = width; size <= longest; size++)
            {
                // A piece ends where a character ends.
                if (start + size < length && (bytes.At(start + size) & 0xC0) == 0x80)
                {
                    continue;
                }

                int id = Vocabulary.Find(ref first, size, continuation: false);
                if (id >= 0)
                {
                    paths.Offer(start, start + size, id, _scores[id] + score);
                    hasCharacter |= size == width;
                }
            }

            if (!hasCharacter)
            {
                paths.Offer(start, start + width, _unknownId, _unknownScore + score);
            }
        }
    }

    /// <summary>Adds unknown characters that touch: as one token, or as their bytes.</summary>
    private void AddUnknown(WordBytes bytes, int start, int end, WordTokens tokens)
    {
        if (start < 0)
        {
            return;
        }

        UnitRange range = bytes.ToUnits(start, end);
        int id = Vocabulary.Find(ref bytes.At(start), end - start, continuation: false);
        if (id < 0 && _fallback is not null && HasBytes(bytes.Span[start..end]))
        {
            foreach (byte value in bytes.Span[start..end])
            {
                tokens.Add(_fallback[value], range.Start, range.End);
            }

            return;
        }

        tokens.Add(id < 0 ? _unknownId : id, range.Start, range.End);
    }

    private bool HasBytes(ReadOnlySpan<byte> bytes)
    {
        foreach (byte value in bytes)
        {
            if (_fallback![value] < 0)
            {
                return false;
            }
        }

        return true;
    }
}
