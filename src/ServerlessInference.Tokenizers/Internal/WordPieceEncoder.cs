using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using ServerlessInference.Tokenizers.Normalization;
using ServerlessInference.Tokenizers.Unicode;
using ServerlessInference.Tokenizers.Vocabularies;

namespace ServerlessInference.Tokenizers;

/// <summary>Turns one text into tokens in a single pass: added tokens, normalization, word boundaries and WordPiece.</summary>
/// <remarks>
/// <para>Words of ASCII letters and digits go straight from the text to the vocabulary, sixteen characters at a time. A stretch that
/// contains anything else (an accent, a control character, an ideograph) goes through <see cref="TextNormalizer"/>, up to the next ASCII
/// white space. Both give what normalizing the whole text at once gives, because no rule of normalization reaches across white
/// space.</para>
/// <para>Immutable and thread-safe. The workspace belongs to the caller.</para>
/// </remarks>
internal sealed class WordPieceEncoder
{
    private const int BlockLength = 16;

    private readonly WordPieceSplitter _splitter;
    private readonly NormalizerSettings _settings;
    private readonly AddedTokenMatcher? _raw;
    private readonly AddedTokenMatcher? _normalized;

    // The bit that makes an ASCII letter lower case; 0 for cased vocabularies.
    private readonly byte _caseBit;

    /// <summary>Creates an encoder.</summary>
    /// <param name="splitter">The vocabulary, and how words are split.</param>
    /// <param name="settings">How texts are normalized.</param>
    /// <param name="raw">Finds added tokens in the original text; null if there are none.</param>
    /// <param name="normalized">Finds added tokens in the normalized text; null if there are none.</param>
    internal WordPieceEncoder(
        WordPieceSplitter splitter, NormalizerSettings settings, AddedTokenMatcher? raw, AddedTokenMatcher? normalized)
    {
        _splitter = splitter;
        _settings = settings;
        _raw = raw;
        _normalized = normalized;
        _caseBit = settings.Lowercase ? (byte)0x20 : (byte)0;
    }

    /// <summary>Encodes a text.</summary>
    internal void Encode<TSink>(ReadOnlySpan<char> text, ref TSink sink, WordPieceWorkspace workspace)
        where TSink : struct, ITokenSink, allows ref struct
    {
        int word = 0;
        int taken = 0;
        if (_raw is not null)
        {
            int position = 0;
            while (_raw.TryFind(text, ref position, taken, out AddedTokenMatch match))
            {
                if (taken < match.Start && !EncodePart(text, taken, match.Start, ref word, ref sink, workspace))
                {
                    return;
                }

                sink.AddMatch(match, word++);
                taken = match.End;
            }
        }

        if (taken < text.Length)
        {
            EncodePart(text, taken, text.Length, ref word, ref sink, workspace);
        }
    }

    /// <summary>Encodes what is between added tokens.</summary>
    /// <returns>Whether the sink accepts more.</returns>
    private bool EncodePart<TSink>(
        ReadOnlySpan<char> text, int start, int end, ref int word, ref TSink sink, WordPieceWorkspace workspace)
        where TSink : struct, ITokenSink, allows ref struct
    {
        if (_normalized is not null)
        {
            return EncodeWithNormalizedTokens(text, start, end, ref word, ref sink, workspace);
        }

        if (!_settings.CleanText)
        {
            workspace.Text.Clear();
            workspace.Normalizer.Normalize(text, start, end, _settings, workspace.Text);
            return EncodeNormalized(workspace.Text, 0, workspace.Text.Count, ref word, ref sink, workspace);
        }

        return EncodeCleaned(text[..end], start, ref word, ref sink, workspace);
    }

    /// <summary>The fast path: ASCII words are looked up in place, everything else is normalized first.</summary>
    [SkipLocalsInit]
    private bool EncodeCleaned<TSink>(ReadOnlySpan<char> text, int i, ref int word, ref TSink sink, WordPieceWorkspace workspace)
        where TSink : struct, ITokenSink, allows ref struct
    {
        Span<char> tail = stackalloc char[BlockLength];
        Vocabulary vocabulary = _splitter.Vocabulary;
        ref int ascii = ref MemoryMarshal.GetReference(_splitter.Ascii);
        ref ushort units = ref Unsafe.As<char, ushort>(ref MemoryMarshal.GetReference(text));
        int length = text.Length;
        Vector128<byte> caseBit = Vector128.Create(_caseBit);

        int index = word;

        // The sink is asked only after it has received something: Hugging Face's tokenizers never stop at an added token, which may have
        // filled it before this method is called.
        bool isFull = false;
        while (i < length && !isFull)
        {
            Vector128<byte> block = length - i >= BlockLength ? LoadBlock(ref units, i) : LoadTail(text[i..], tail);
            Vector128<byte> letters = FindLetters(block);
            int run = CountWordCharacters(block, letters);
            int next = i + run < length ? Unsafe.Add(ref units, i + run) : ' ';
            byte kind = run == BlockLength ? AsciiKinds.Word : next < 128 ? AsciiKinds.Table[next] : AsciiKinds.Removed;
            if (kind is not (AsciiKinds.Space or AsciiKinds.Punctuation))
            {
                (i, isFull) = EncodeStretch(text, i, run, kind, ref index, ref sink, workspace);
                continue;
            }

            if (run > 0)
            {
                EncodeShortWord(text, i, run, block | (letters & caseBit), index++, vocabulary, ref sink, workspace);
                isFull = sink.IsFull;
                i += run;
            }

            if (i < length && !isFull)
            {
                if (kind == AsciiKinds.Punctuation)
                {
                    sink.Add(Unsafe.Add(ref ascii, next), i, i + 1, index++);
                    isFull = sink.IsFull;
                }

                i++;
            }
        }

        word = index;
        return !isFull;
    }

    /// <summary>Loads sixteen characters as bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> LoadBlock(ref ushort units, int i)
    {
        // Saturating, so that nothing beyond ASCII looks like ASCII.
        Vector128<ushort> max = Vector128.Create((ushort)0xFF);
        return Vector128.Narrow(
            Vector128.Min(Vector128.LoadUnsafe(ref units, (nuint)i), max),
            Vector128.Min(Vector128.LoadUnsafe(ref units, (nuint)i + 8), max));
    }

    /// <summary>Loads the last characters of a text as bytes, followed by spaces.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> LoadTail(ReadOnlySpan<char> rest, Span<char> tail)
    {
        rest.CopyTo(tail);
        tail[rest.Length..].Fill(' ');
        return LoadBlock(ref Unsafe.As<char, ushort>(ref MemoryMarshal.GetReference(tail)), 0);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> FindLetters(Vector128<byte> block)
    {
        Vector128<byte> lowered = block | Vector128.Create((byte)0x20);
        return Vector128.LessThan(lowered - Vector128.Create((byte)'a'), Vector128.Create((byte)26));
    }

    /// <summary>Counts the ASCII letters and digits at the start of a block.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int CountWordCharacters(Vector128<byte> block, Vector128<byte> letters)
    {
        Vector128<byte> digits = Vector128.LessThan(block - Vector128.Create((byte)'0'), Vector128.Create((byte)10));
        return BitOperations.TrailingZeroCount(~(letters | digits).ExtractMostSignificantBits());
    }

    /// <summary>Encodes a word of less than sixteen ASCII letters and digits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void EncodeShortWord<TSink>(
        ReadOnlySpan<char> text,
        int i,
        int length,
        Vector128<byte> characters,
        int word,
        Vocabulary vocabulary,
        ref TSink sink,
        WordPieceWorkspace workspace)
        where TSink : struct, ITokenSink, allows ref struct
    {
        // Most words are tokens as a whole: their characters, already in a register, are the key.
        Vector128<ulong> key = characters.AsUInt64();
        ulong low = key.ToScalar();
        ulong high = key.GetElement(1);
        if (length < 8)
        {
            low &= (1UL << (length * 8)) - 1;
            high = 0;
        }
        else
        {
            high &= (1UL << ((length - 8) * 8)) - 1;
        }

        int id = vocabulary.FindShort(low, high, Vocabulary.Meta(length, continuation: false));
        if (id >= 0 && length <= _splitter.MaxWordLength)
        {
            sink.Add(id, i, i + length, word);
        }
        else
        {
            EncodeAsciiWord(text, i, i + length, word, ref sink, workspace);
        }
    }

    /// <summary>Encodes a word of sixteen or more ASCII letters and digits, or a stretch that must be normalized.</summary>
    /// <returns>The index after it, and whether the sink is full.</returns>
    private (int End, bool IsFull) EncodeStretch<TSink>(
        ReadOnlySpan<char> text, int start, int run, byte kind, ref int word, ref TSink sink, WordPieceWorkspace workspace)
        where TSink : struct, ITokenSink, allows ref struct
    {
        int end = kind == AsciiKinds.Word ? FindEndOfAsciiWord(text, start + run) : -1;
        if (end >= 0)
        {
            EncodeAsciiWord(text, start, end, word++, ref sink, workspace);
            return (end, sink.IsFull);
        }

        end = FindEndOfStretch(text, start + run);
        workspace.Text.Clear();
        workspace.Normalizer.Normalize(text, start, end, _settings, workspace.Text);
        return (end, !EncodeNormalized(workspace.Text, 0, workspace.Text.Count, ref word, ref sink, workspace));
    }

    /// <summary>Finds the end of a long word of ASCII letters and digits; -1 if it contains something that must be normalized.</summary>
    private static int FindEndOfAsciiWord(ReadOnlySpan<char> text, int i)
    {
        while (i < text.Length)
        {
            char c = text[i];
            if (c >= 128 || AsciiKinds.Table[c] == AsciiKinds.Removed)
            {
                return -1;
            }

            if (AsciiKinds.Table[c] != AsciiKinds.Word)
            {
                break;
            }

            i++;
        }

        return i;
    }

    /// <summary>Finds where normalizing may stop: before ASCII white space, or before an ideograph once the stretch is long.</summary>
    private int FindEndOfStretch(ReadOnlySpan<char> text, int i)
    {
        // Texts in Chinese and Japanese have no white space. Their ideographs are words of their own, so that a stretch may end there.
        const int LongStretch = 512;
        int longEnd = i + LongStretch;
        for (; i < text.Length; i++)
        {
            char c = text[i];
            if (c is ' ' or '\n' or '\r' or '\t' || (i > longEnd && _settings.SpaceIdeographs && c is >= '\u4E00' and <= '\u9FFF'))
            {
                break;
            }
        }

        return i;
    }

    /// <summary>Encodes a word of ASCII letters and digits that is not a token as a whole.</summary>
    private void EncodeAsciiWord<TSink>(
        ReadOnlySpan<char> text, int start, int end, int word, ref TSink sink, WordPieceWorkspace workspace)
        where TSink : struct, ITokenSink, allows ref struct
    {
        int length = end - start;
        int count = 0;
        Span<WordPieceSplitter.Piece> pieces = workspace.Pieces;
        if (length <= _splitter.MaxWordLength)
        {
            Span<byte> bytes = workspace.Word;
            for (int i = 0; i < length; i++)
            {
                byte c = (byte)text[start + i];
                bytes[i] = (uint)(c - 'A') < 26 ? (byte)(c | _caseBit) : c;
            }

            count = _splitter.Split(ref MemoryMarshal.GetReference(bytes), length, pieces);
        }

        if (count == 0)
        {
            sink.Add(_splitter.UnknownId, start, end, word);
            return;
        }

        for (int i = 0; i < count; i++)
        {
            WordPieceSplitter.Piece piece = pieces[i];
            sink.Add(piece.Id, start + piece.Start, start + piece.End, word);
        }
    }

    /// <summary>Splits normalized text at white space and punctuation and encodes the words.</summary>
    /// <returns>Whether the sink accepts more.</returns>
    private bool EncodeNormalized<TSink>(
        NormalizedText text, int from, int to, ref int word, ref TSink sink, WordPieceWorkspace workspace)
        where TSink : struct, ITokenSink, allows ref struct
    {
        ReadOnlySpan<int> points = text.CodePointSpan;
        int start = from;
        for (int i = from; i <= to; i++)
        {
            CodePointFlags flags = i < to ? CodePoints.Flags(points[i]) : CodePointFlags.WhiteSpace;
            if ((flags & (CodePointFlags.WhiteSpace | CodePointFlags.Punctuation)) == 0)
            {
                continue;
            }

            if (start < i)
            {
                EncodeWord(text, start, i, word++, ref sink, workspace);
                if (sink.IsFull)
                {
                    return false;
                }
            }

            if ((flags & CodePointFlags.WhiteSpace) == 0)
            {
                EncodeWord(text, i, i + 1, word++, ref sink, workspace);
                if (sink.IsFull)
                {
                    return false;
                }
            }

            start = i + 1;
        }

        return true;
    }

    private void EncodeWord<TSink>(NormalizedText text, int from, int to, int word, ref TSink sink, WordPieceWorkspace workspace)
        where TSink : struct, ITokenSink, allows ref struct
    {
        int count = 0;
        Span<WordPieceSplitter.Piece> pieces = workspace.Pieces;
        if (to - from <= _splitter.MaxWordLength)
        {
            Span<byte> bytes = workspace.Word;
            int length = 0;
            foreach (int point in text.CodePointSpan[from..to])
            {
                length += WriteUtf8(point, bytes[length..]);
            }

            count = _splitter.Split(ref MemoryMarshal.GetReference(bytes), length, pieces);
        }

        if (count == 0)
        {
            sink.Add(_splitter.UnknownId, text.Start(from), text.End(to - 1), word);
            return;
        }

        int index = from;
        for (int i = 0; i < count; i++)
        {
            WordPieceSplitter.Piece piece = pieces[i];
            int first = index;
            for (int bytes = piece.End - piece.Start; bytes > 0; index++)
            {
                bytes -= GetUtf8Length(text.CodePointSpan[index]);
            }

            sink.Add(piece.Id, text.Start(first), text.End(index - 1), word);
        }
    }

    /// <summary>Normalizes a whole part, finds the added tokens in it and encodes what is between them.</summary>
    private bool EncodeWithNormalizedTokens<TSink>(
        ReadOnlySpan<char> text, int start, int end, ref int word, ref TSink sink, WordPieceWorkspace workspace)
        where TSink : struct, ITokenSink, allows ref struct
    {
        NormalizedText normalized = workspace.Text;
        normalized.Clear();
        workspace.Normalizer.Normalize(text, start, end, _settings, normalized);
        ReadOnlySpan<char> units = workspace.ToUnits(normalized);
        int taken = 0;
        int position = 0;
        while (_normalized!.TryFind(units, ref position, taken, out AddedTokenMatch match))
        {
            int from = workspace.PointAt(match.Start);
            int to = workspace.PointAt(match.End);
            int before = workspace.PointAt(taken);
            if (before < from && !EncodeNormalized(normalized, before, from, ref word, ref sink, workspace))
            {
                return false;
            }

            sink.AddMatch(new AddedTokenMatch(match.Id, normalized.Start(from), normalized.End(to - 1)), word++);
            taken = match.End;
        }

        return EncodeNormalized(normalized, workspace.PointAt(taken), normalized.Count, ref word, ref sink, workspace);
    }

    private static int GetUtf8Length(int point) => point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int WriteUtf8(int point, Span<byte> bytes)
    {
        if (point < 0x80)
        {
            bytes[0] = (byte)point;
            return 1;
        }

        if (point < 0x800)
        {
            bytes[1] = (byte)(0x80 | (point & 0x3F));
            bytes[0] = (byte)(0xC0 | (point >> 6));
            return 2;
        }

        if (point < 0x10000)
        {
            bytes[2] = (byte)(0x80 | (point & 0x3F));
            bytes[1] = (byte)(0x80 | ((point >> 6) & 0x3F));
            bytes[0] = (byte)(0xE0 | (point >> 12));
            return 3;
        }

        bytes[3] = (byte)(0x80 | (point & 0x3F));
        bytes[2] = (byte)(0x80 | ((point >> 6) & 0x3F));
        bytes[1] = (byte)(0x80 | ((point >> 12) & 0x3F));
        bytes[0] = (byte)(0xF0 | (point >> 18));
        return 4;
    }
}
