using System.Text;
using ServerlessInference.Tokenizers.Normalization;
using ServerlessInference.Tokenizers.Vocabularies;

namespace ServerlessInference.Tokenizers.Models;

/// <summary>Byte-pair encoding: starts with the characters of a word and merges the pair that was learnt first, again and again.</summary>
/// <remarks>Source: Sennrich, Haddow and Birch 2016; details as in Hugging Face's tokenizers 0.23.2.</remarks>
internal sealed class BpeModel : WordModel
{
    private const char VisibleSpace = '\u2581';

    private readonly MergeTable _merges;
    private readonly BpeSettings _settings;
    private readonly int _unknownId;
    private readonly int[] _fallback = new int[256];
    private readonly int[] _bytes = new int[256];
    private readonly byte[] _prefix;
    private readonly byte[] _suffix;

    // Whether words can be split before visible spaces; null until it is needed, because finding it out reads the whole vocabulary.
    private volatile object? _splitsAtSpaces;

    internal BpeModel(Vocabulary vocabulary, MergeTable merges, BpeSettings settings)
        : base(vocabulary)
    {
        _merges = merges;
        _settings = settings;
        _unknownId = settings.UnknownToken is null ? -1 : vocabulary.Find(settings.UnknownToken);
        _prefix = Encoding.UTF8.GetBytes(settings.ContinuationPrefix);
        _suffix = Encoding.UTF8.GetBytes(settings.WordSuffix);
        HasAllBytes = true;
        for (int i = 0; i < 256; i++)
        {
            _fallback[i] = settings.FallsBackToBytes ? vocabulary.Find(ByteToken.Get(i)) : -1;
            _bytes[i] = vocabulary.Find(ByteAlphabet.Characters.Slice(i, 1));
            HasAllBytes &= _bytes[i] >= 0;
        }
    }

    /// <summary>Gets whether the vocabulary has a token for each byte, so that a byte-level tokenizer can look bytes up directly.</summary>
    internal bool HasAllBytes { get; }

    /// <summary>Gets whether words are texts whose bytes are looked up, instead of characters.</summary>
    internal bool ReadsBytes { get; init; }

    internal bool CanReadBytes => HasAllBytes && _prefix.Length == 0 && _suffix.Length == 0;

    internal override int? UnknownId => _unknownId < 0 ? null : _unknownId;

    internal BpeModel WithBytes() => new(Vocabulary, _merges, _settings) { ReadsBytes = true };

    /// <summary>Finds the next visible space that follows another character. Models of SentencePiece get a whole text as one word, but no
    /// token of them goes on from a character to a space, so that no merge crosses such a place.</summary>
    internal override int FindPartEnd(ReadOnlySpan<char> word, int start)
    {
        if (word.Length <= WordCache.MaxWordLength || ReadsBytes || !SplitsAtSpaces())
        {
            return word.Length;
        }

        int end = start + 1;
        while (end < word.Length)
        {
            int next = word[end..].IndexOf(VisibleSpace);
            if (next < 0)
            {
                break;
            }

            end += next;
            if (word[end - 1] != VisibleSpace)
            {
                return end;
            }

            end++;
        }

        return word.Length;
    }

    private bool SplitsAtSpaces()
    {
        // Threads that come at the same time find out the same.
        _splitsAtSpaces ??= CanSplitAtSpaces();
        return (bool)_splitsAtSpaces;
    }

    private bool CanSplitAtSpaces()
    {
        ReadOnlySpan<byte> space = "▁"u8;
        if (_prefix.Length + _suffix.Length > 0 || _settings.IgnoresMerges || Vocabulary.Find([VisibleSpace]) < 0)
        {
            return false;
        }

        for (int id = 0; id < Vocabulary.IdLimit; id++)
        {
            ReadOnlySpan<byte> rest = Vocabulary.GetBytes(id);
            while (rest.StartsWith(space))
            {
                rest = rest[space.Length..];
            }

            if (rest.IndexOf(space) >= 0)
            {
                return false;
            }
        }

        return true;
    }

    internal override void Tokenize(ReadOnlySpan<char> word, WordTokens tokens, ModelScratch scratch)
    {
        WordBytes bytes = scratch.Word;
        bytes.Set(word);
        if (_settings.IgnoresMerges && FindWhole(bytes, scratch) is int whole and >= 0)
        {
            tokens.Add(whole, 0, word.Length);
            return;
        }

        MergeQueue queue = scratch.Merges;
        queue.Clear();
        if (ReadsBytes)
        {
            foreach (byte value in bytes.Span)
            {
                queue.Add(_bytes[value], 1);
            }
        }
        else
        {
            AddCharacters(bytes, queue, scratch);
        }

        queue.MergeAll(_merges);
        int position = 0;
        foreach (ref readonly MergeQueue.Symbol symbol in queue.Symbols)
        {
            if (symbol.Length > 0)
            {
                UnitRange range = bytes.ToUnits(position, position + symbol.Length);
                tokens.Add(symbol.Id, range.Start, range.End);
                position += symbol.Length;
            }
        }
    }

    private int FindWhole(WordBytes bytes, ModelScratch scratch)
    {
        if (!ReadsBytes)
        {
            return Vocabulary.Find(ref bytes.At(0), bytes.Length, continuation: false);
        }

        // The vocabulary spells bytes as characters, of which half take two bytes.
        byte[] key = scratch.GetKey(bytes.Length * 2);
        int length = 0;
        foreach (byte value in bytes.Span)
        {
            char spelled = ByteAlphabet.Characters[value];
            if (spelled >= 128)
            {
                key[length++] = (byte)(0xC0 | (spelled >> 6));
                key[length++] = (byte)(0x80 | (spelled & 0x3F));
            }
            else
            {
                key[length++] = (byte)spelled;
            }
        }

        return Vocabulary.Find(ref key[0], length, continuation: false);
    }

    private void AddCharacters(WordBytes bytes, MergeQueue queue, ModelScratch scratch)
    {
        int unknownLength = 0;
        int length;
        for (int start = 0; start < bytes.Length; start += length)
        {
            length = LengthOf(bytes.At(start));
            bool isLast = start + length == bytes.Length;
            int id = FindCharacter(bytes, start, length, isLast, scratch, out ReadOnlySpan<byte> spelled);
            if (id >= 0)
            {
                FlushUnknown(queue, ref unknownLength);
                queue.Add(id, length);
            }
            else if (!(_settings.FallsBackToBytes && TryAddBytes(spelled, queue)) && _unknownId >= 0)
            {
                if (!_settings.FusesUnknown)
                {
                    FlushUnknown(queue, ref unknownLength);
                }

                unknownLength += length;
            }
        }

        FlushUnknown(queue, ref unknownLength);
    }

    private void FlushUnknown(MergeQueue queue, ref int length)
    {
        if (length > 0)
        {
            queue.Add(_unknownId, length);
            length = 0;
        }
    }

    private int FindCharacter(
        WordBytes bytes, int start, int length, bool isLast, ModelScratch scratch, out ReadOnlySpan<byte> spelled)
    {
        spelled = bytes.Span.Slice(start, length);
        int prefix = start > 0 ? _prefix.Length : 0;
        int suffix = isLast ? _suffix.Length : 0;
        if (prefix + suffix == 0)
        {
            return Vocabulary.Find(ref bytes.At(start), length, continuation: false);
        }

        byte[] key = scratch.GetKey(prefix + length + suffix);
        _prefix.AsSpan(0, prefix).CopyTo(key);
        spelled.CopyTo(key.AsSpan(prefix));
        _suffix.AsSpan(0, suffix).CopyTo(key.AsSpan(prefix + length));
        spelled = key.AsSpan(0, prefix + length + suffix);
        return Vocabulary.Find(ref key[0], spelled.Length, continuation: false);
    }

    private bool TryAddBytes(ReadOnlySpan<byte> spelled, MergeQueue queue)
    {
        foreach (byte value in spelled)
        {
            if (_fallback[value] < 0)
            {
                return false;
            }
        }

        foreach (byte value in spelled)
        {
            queue.Add(_fallback[value], 1);
        }

        return true;
    }

    private static int LengthOf(byte first) => first switch
    {
        < 0x80 => 1,
        < 0xE0 => 2,
        < 0xF0 => 3,
        _ => 4,
    };
}
