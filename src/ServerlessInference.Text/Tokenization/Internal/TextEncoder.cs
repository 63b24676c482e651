using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace ServerlessInference.Text.Tokenization.Internal;

/// <summary>Turns one text into tokens: added tokens, normalization, splitting and WordPiece in one pass.</summary>
/// <remarks>
/// <para>Words of ASCII letters and digits go straight from the text to the vocabulary, sixteen characters at a time. What holds
/// anything else (an accent, a control character, an ideograph) goes through <see cref="TextNormalizer"/> up to the next ASCII
/// white space. Both ways give what normalizing the whole text at once gives, because a white space bounds every rule.</para>
/// <para>Immutable; thread-safe. Scratch belongs to the caller.</para>
/// </remarks>
internal sealed partial class TextEncoder
{
    private readonly WordPieceModel _model;
    private readonly NormalizerSettings _settings;
    private readonly AddedTokenMatcher? _raw;
    private readonly AddedTokenMatcher? _normalized;
    private readonly byte _caseBit;

    internal TextEncoder(WordPieceModel model, NormalizerSettings settings, AddedTokenMatcher? raw, AddedTokenMatcher? normalized)
    {
        _model = model;
        _settings = settings;
        _raw = raw;
        _normalized = normalized;
        _caseBit = settings.Lowercase ? (byte)0x20 : (byte)0;
    }

    /// <summary>Encodes a text.</summary>
    internal void Encode<TSink>(ReadOnlySpan<char> text, ref TSink sink, EncoderScratch scratch)
        where TSink : struct, ITokenSink, allows ref struct
    {
        int word = 0;
        int taken = 0;
        if (_raw is not null)
        {
            int position = 0;
            while (_raw.TryFind(text, ref position, taken, out AddedTokenMatch match))
            {
                if (taken < match.Start && !EncodePart(text, taken, match.Start, ref word, ref sink, scratch))
                {
                    return;
                }

                sink.AddMatch(match, word++);
                taken = match.End;
            }
        }

        if (taken < text.Length)
        {
            EncodePart(text, taken, text.Length, ref word, ref sink, scratch);
        }
    }

    private bool EncodePart<TSink>(ReadOnlySpan<char> text, int start, int end, ref int word, ref TSink sink, EncoderScratch scratch)
        where TSink : struct, ITokenSink, allows ref struct
    {
        if (_normalized is not null)
        {
            return EncodeWithNormalizedTokens(text, start, end, ref word, ref sink, scratch);
        }

        if (!_settings.CleanText)
        {
            scratch.Text.Clear();
            scratch.Normalizer.Normalize(text, start, end, _settings, scratch.Text);
            return EncodeNormalized(scratch.Text, 0, scratch.Text.Count, ref word, ref sink, scratch);
        }

        return EncodeCleaned(text[..end], start, ref word, ref sink, scratch);
    }

    /// <summary>The fast path: ASCII words in place, the rest by way of the normalizer.</summary>
    [SkipLocalsInit]
    private bool EncodeCleaned<TSink>(ReadOnlySpan<char> text, int i, ref int word, ref TSink sink, EncoderScratch scratch)
        where TSink : struct, ITokenSink, allows ref struct
    {
        Span<char> tail = stackalloc char[16];
        Vocabulary vocabulary = _model.Vocabulary;
        ref int ascii = ref MemoryMarshal.GetReference(_model.Ascii);
        ref ushort units = ref Unsafe.As<char, ushort>(ref MemoryMarshal.GetReference(text));
        int length = text.Length;
        Vector128<byte> caseBit = Vector128.Create(_caseBit);
        int index = word;
        while (i < length)
        {
            Vector128<ushort> first;
            Vector128<ushort> second;
            if (length - i >= 16)
            {
                first = Vector128.LoadUnsafe(ref units, (nuint)i);
                second = Vector128.LoadUnsafe(ref units, (nuint)i + 8);
            }
            else
            {
                text[i..].CopyTo(tail);
                tail[(length - i)..].Fill(' ');
                first = Vector128.LoadUnsafe(ref Unsafe.As<char, ushort>(ref tail[0]));
                second = Vector128.LoadUnsafe(ref Unsafe.As<char, ushort>(ref tail[8]));
            }

            // Saturating, so that nothing beyond ASCII looks like ASCII.
            Vector128<byte> bytes = Vector128.Narrow(
                Vector128.Min(first, Vector128.Create((ushort)0xFF)), Vector128.Min(second, Vector128.Create((ushort)0xFF)));
            Vector128<byte> lowered = bytes | Vector128.Create((byte)0x20);
            Vector128<byte> letters = Vector128.LessThan(lowered - Vector128.Create((byte)'a'), Vector128.Create((byte)26));
            Vector128<byte> digits = Vector128.LessThan(bytes - Vector128.Create((byte)'0'), Vector128.Create((byte)10));
            uint inWord = (letters | digits).ExtractMostSignificantBits();
            int run = BitOperations.TrailingZeroCount(~inWord);
            int last = i + run < length ? Unsafe.Add(ref units, i + run) : ' ';
            byte kind = run == 16 ? AsciiKinds.Word : last < 128 ? AsciiKinds.Table[last] : AsciiKinds.Removed;
            if (kind is AsciiKinds.Space or AsciiKinds.Punctuation)
            {
                if (run > 0)
                {
                    Vector128<ulong> key = (bytes | (letters & caseBit)).AsUInt64();
                    ulong low = key.ToScalar();
                    ulong high = key.GetElement(1);
                    if (run < 8)
                    {
                        low &= (1UL << (run * 8)) - 1;
                        high = 0;
                    }
                    else
                    {
                        high &= (1UL << ((run - 8) * 8)) - 1;
                    }

                    int id = vocabulary.FindShort(low, high, Vocabulary.Meta(run, continuation: false));
                    if (id >= 0 && run <= _model.MaxWord)
                    {
                        sink.Add(id, i, i + run, index++);
                    }
                    else
                    {
                        EncodeAsciiWord(text, i, i + run, index++, ref sink, scratch);
                    }

                    i += run;
                    if (sink.IsFull)
                    {
                        word = index;
                        return false;
                    }
                }

                if (i < length)
                {
                    if (kind == AsciiKinds.Punctuation)
                    {
                        sink.Add(Unsafe.Add(ref ascii, last), i, i + 1, index++);
                        if (sink.IsFull)
                        {
                            word = index;
                            return false;
                        }
                    }

                    i++;
                }

                continue;
            }

            int end = kind == AsciiKinds.Word ? EndOfAsciiWord(text, i + 16) : -1;
            bool more;
            if (end >= 0)
            {
                EncodeAsciiWord(text, i, end, index++, ref sink, scratch);
                more = !sink.IsFull;
            }
            else
            {
                end = EndOfStretch(text, i + run);
                scratch.Text.Clear();
                scratch.Normalizer.Normalize(text, i, end, _settings, scratch.Text);
                more = EncodeNormalized(scratch.Text, 0, scratch.Text.Count, ref index, ref sink, scratch);
            }

            i = end;
            if (!more)
            {
                word = index;
                return false;
            }
        }

        word = index;
        return true;
    }

    /// <summary>Finds where a long word of ASCII letters and digits ends; -1 where something must be normalized.</summary>
    private static int EndOfAsciiWord(ReadOnlySpan<char> text, int i)
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

    /// <summary>Finds a place where normalizing may stop: before ASCII white space, or before an ideograph once there is enough.</summary>
    private int EndOfStretch(ReadOnlySpan<char> text, int i)
    {
        const int Enough = 512;
        int enough = i + Enough;
        for (; i < text.Length; i++)
        {
            char c = text[i];
            if (c is ' ' or '\n' or '\r' or '\t' || (i > enough && _settings.SpaceIdeographs && c is >= '\u4E00' and <= '\u9FFF'))
            {
                break;
            }
        }

        return i;
    }
}
