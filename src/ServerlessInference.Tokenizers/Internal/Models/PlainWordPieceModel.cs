using ServerlessInference.Tokenizers.Normalization;
using ServerlessInference.Tokenizers.Vocabularies;

namespace ServerlessInference.Tokenizers.Models;

/// <summary>WordPiece after any normalization and any splitting into words. BERT's own combination has a faster encoder.</summary>
internal sealed class PlainWordPieceModel(Vocabulary vocabulary, int unknownId, int maxWordLength) : WordModel(vocabulary)
{
    internal override int? UnknownId => unknownId;

    internal override void Tokenize(ReadOnlySpan<char> word, WordTokens tokens, ModelScratch scratch)
    {
        WordBytes bytes = scratch.Word;
        bytes.Set(word);
        if (CountCharacters(bytes.Span) > maxWordLength || !TrySplit(bytes, tokens))
        {
            tokens.Clear();
            tokens.Add(unknownId, 0, word.Length);
        }
    }

    private static int CountCharacters(ReadOnlySpan<byte> bytes)
    {
        int count = 0;
        foreach (byte value in bytes)
        {
            count += (value & 0xC0) == 0x80 ? 0 : 1;
        }

        return count;
    }

    private bool TrySplit(WordBytes bytes, WordTokens tokens)
    {
        int longest = Math.Max(Vocabulary.MaxLength, Vocabulary.MaxContinuationLength + Vocabulary.Prefix.Length);
        for (int start = 0; start < bytes.Length;)
        {
            int size = Math.Min(bytes.Length - start, longest);
            int id = -1;
            for (; size > 0; size--)
            {
                if (start + size < bytes.Length && (bytes.At(start + size) & 0xC0) == 0x80)
                {
                    continue;
                }

                id = Find(bytes, start, size);
                if (id >= 0)
                {
                    break;
                }
            }

            if (id < 0)
            {
                return false;
            }

            UnitRange range = bytes.ToUnits(start, start + size);
            tokens.Add(id, range.Start, range.End);
            start += size;
        }

        return true;
    }

    private int Find(WordBytes bytes, int start, int size)
    {
        int prefix = Vocabulary.Prefix.Length;
        if (prefix == 0 || start > 0)
        {
            return Vocabulary.Find(ref bytes.At(start), size, continuation: prefix > 0);
        }

        // A word may itself start with the prefix; then the token that continues words is what it is spelled like.
        return size >= prefix && bytes.Span.StartsWith(Vocabulary.Prefix)
            ? Vocabulary.Find(ref bytes.At(prefix), size - prefix, continuation: true)
            : Vocabulary.Find(ref bytes.At(0), size, continuation: false);
    }
}
