using System.Runtime.CompilerServices;

namespace ServerlessInference.Tokenizers.Vocabularies;

/// <summary>WordPiece: splits a word greedily into the longest tokens of the vocabulary. If that fails, the word is unknown.</summary>
/// <remarks>Immutable and thread-safe. Source: Schuster and Nakajima 2012, as BERT applies it to normalized words.</remarks>
internal sealed class WordPieceSplitter
{
    /// <summary>The largest <see cref="MaxWordLength"/> that may be set.</summary>
    internal const int MaxSupportedWordLength = 1000;

    private readonly int[] _ascii = new int[128];

    internal WordPieceSplitter(Vocabulary vocabulary, int unknownId, int maxWordLength)
    {
        Vocabulary = vocabulary;
        UnknownId = unknownId;
        MaxWordLength = maxWordLength;
        byte[] one = new byte[1 + Vocabulary.Padding];
        for (int i = 0; i < _ascii.Length; i++)
        {
            one[0] = (byte)i;
            int id = vocabulary.Find(ref one[0], 1, continuation: false);
            _ascii[i] = id < 0 ? unknownId : id;
        }
    }

    internal Vocabulary Vocabulary { get; }

    internal int UnknownId { get; }

    /// <summary>Gets the maximum length of a word in characters; a longer word is unknown.</summary>
    internal int MaxWordLength { get; }

    /// <summary>Gets the id of each ASCII character as a word of its own.</summary>
    internal ReadOnlySpan<int> Ascii => _ascii;

    /// <summary>Splits a word.</summary>
    /// <param name="word">The word in UTF-8; <see cref="Vocabulary.Padding"/> bytes after it must be readable.</param>
    /// <param name="length">Its length in bytes, at least 1.</param>
    /// <param name="pieces">Room for one piece per byte.</param>
    /// <returns>The number of pieces; 0 if the word is unknown.</returns>
    [SkipLocalsInit]
    internal int Split(ref byte word, int length, Span<Piece> pieces)
    {
        Vocabulary vocabulary = Vocabulary;
        int count = 0;
        for (int start = 0; start < length;)
        {
            bool continuation = start > 0;
            int take = Math.Min(length - start, continuation ? vocabulary.MaxContinuationLength : vocabulary.MaxLength);
            ref byte from = ref Unsafe.Add(ref word, start);
            int id = -1;
            for (; take > 0; take--)
            {
                // A token never ends inside a character: skip continuation bytes of UTF-8. The byte after the word is never one.
                if (start + take < length && (Unsafe.Add(ref from, take) & 0xC0) == 0x80)
                {
                    continue;
                }

                id = vocabulary.Find(ref from, take, continuation);
                if (id >= 0)
                {
                    break;
                }
            }

            if (id < 0)
            {
                return 0;
            }

            pieces[count++] = new Piece(id, start, start + take);
            start += take;
        }

        return count;
    }

    /// <summary>A token of a word, and its range in bytes.</summary>
    internal readonly record struct Piece(int Id, int Start, int End);
}
