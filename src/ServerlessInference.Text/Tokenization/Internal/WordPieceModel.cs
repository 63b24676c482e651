using System.Runtime.CompilerServices;

namespace ServerlessInference.Text.Tokenization.Internal;

/// <summary>WordPiece: a word is cut greedily into the longest tokens of the vocabulary; where that fails it is unknown.</summary>
/// <remarks>Immutable; thread-safe. Source: Schuster and Nakajima 2012, as BERT applies it to normalized words.</remarks>
internal sealed class WordPieceModel
{
    /// <summary>The longest word, in characters, that a tokenizer may be set to cut into pieces.</summary>
    internal const int MaxWordLimit = 1000;

    private readonly int[] _ascii = new int[128];

    internal WordPieceModel(Vocabulary vocabulary, int unknownId, int maxWord)
    {
        Vocabulary = vocabulary;
        UnknownId = unknownId;
        MaxWord = maxWord;
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

    /// <summary>Gets how many characters a word may have; a longer one is unknown.</summary>
    internal int MaxWord { get; }

    /// <summary>Gets the token of each ASCII character as a word of its own.</summary>
    internal ReadOnlySpan<int> Ascii => _ascii;

    /// <summary>Cuts a word.</summary>
    /// <param name="word">The word in UTF-8; <see cref="Vocabulary.Padding"/> readable bytes follow it.</param>
    /// <param name="length">Its length in bytes, at least 1.</param>
    /// <param name="pieces">Room for a piece per byte.</param>
    /// <returns>The number of pieces; 0 where the word is unknown.</returns>
    [SkipLocalsInit]
    internal int Cut(ref byte word, int length, Span<Piece> pieces)
    {
        Vocabulary vocabulary = Vocabulary;
        int count = 0;
        for (int start = 0; start < length;)
        {
            bool continuation = start > 0;
            int take = Math.Min(length - start, continuation ? vocabulary.LongestContinuation : vocabulary.Longest);
            ref byte from = ref Unsafe.Add(ref word, start);
            int id = -1;
            for (; take > 0; take--)
            {
                // A token never ends inside a character; the byte behind the word is a character's start or padding.
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

    /// <summary>A token of a word and its bytes.</summary>
    internal readonly record struct Piece(int Id, int Start, int End);
}
