using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using ServerlessInference.Text.Tokenization.Internal.Unicode;

namespace ServerlessInference.Text.Tokenization.Internal;

internal sealed partial class TextEncoder
{
    /// <summary>Encodes ASCII letters and digits that are no token as a whole.</summary>
    private void EncodeAsciiWord<TSink>(ReadOnlySpan<char> text, int start, int end, int word, ref TSink sink, EncoderScratch scratch)
        where TSink : struct, ITokenSink, allows ref struct
    {
        int length = end - start;
        int count = 0;
        Span<WordPieceModel.Piece> pieces = scratch.Pieces;
        if (length <= _model.MaxWord)
        {
            Span<byte> bytes = scratch.Word;
            for (int i = 0; i < length; i++)
            {
                byte c = (byte)text[start + i];
                bytes[i] = (uint)(c - 'A') < 26 ? (byte)(c | _caseBit) : c;
            }

            count = _model.Cut(ref MemoryMarshal.GetReference(bytes), length, pieces);
        }

        if (count == 0)
        {
            sink.Add(_model.UnknownId, start, end, word);
            return;
        }

        for (int i = 0; i < count; i++)
        {
            WordPieceModel.Piece piece = pieces[i];
            sink.Add(piece.Id, start + piece.Start, start + piece.End, word);
        }
    }

    /// <summary>Splits normalized text at white space and punctuation and encodes the words.</summary>
    /// <returns>Whether more is wanted.</returns>
    private bool EncodeNormalized<TSink>(
        NormalizedText text, int from, int to, ref int word, ref TSink sink, EncoderScratch scratch)
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
                EncodeWord(text, start, i, word++, ref sink, scratch);
                if (sink.IsFull)
                {
                    return false;
                }
            }

            if ((flags & CodePointFlags.WhiteSpace) == 0)
            {
                EncodeWord(text, i, i + 1, word++, ref sink, scratch);
                if (sink.IsFull)
                {
                    return false;
                }
            }

            start = i + 1;
        }

        return true;
    }

    private void EncodeWord<TSink>(NormalizedText text, int from, int to, int word, ref TSink sink, EncoderScratch scratch)
        where TSink : struct, ITokenSink, allows ref struct
    {
        int count = 0;
        Span<WordPieceModel.Piece> pieces = scratch.Pieces;
        if (to - from <= _model.MaxWord)
        {
            Span<byte> bytes = scratch.Word;
            int length = 0;
            foreach (int point in text.CodePointSpan[from..to])
            {
                length += WriteUtf8(point, bytes[length..]);
            }

            count = _model.Cut(ref MemoryMarshal.GetReference(bytes), length, pieces);
        }

        if (count == 0)
        {
            sink.Add(_model.UnknownId, text.Start(from), text.End(to - 1), word);
            return;
        }

        int index = from;
        for (int i = 0; i < count; i++)
        {
            WordPieceModel.Piece piece = pieces[i];
            int first = index;
            for (int bytes = piece.End - piece.Start; bytes > 0; index++)
            {
                bytes -= Utf8Length(text.CodePointSpan[index]);
            }

            sink.Add(piece.Id, text.Start(first), text.End(index - 1), word);
        }
    }

    /// <summary>Normalizes a whole part, finds the added tokens that are matched there and encodes what lies between.</summary>
    private bool EncodeWithNormalizedTokens<TSink>(
        ReadOnlySpan<char> text, int start, int end, ref int word, ref TSink sink, EncoderScratch scratch)
        where TSink : struct, ITokenSink, allows ref struct
    {
        NormalizedText normalized = scratch.Text;
        normalized.Clear();
        scratch.Normalizer.Normalize(text, start, end, _settings, normalized);
        ReadOnlySpan<char> units = scratch.ToUnits(normalized);
        int taken = 0;
        int position = 0;
        while (_normalized!.TryFind(units, ref position, taken, out AddedTokenMatch match))
        {
            int from = scratch.PointAt(match.Start);
            int to = scratch.PointAt(match.End);
            int before = scratch.PointAt(taken);
            if (before < from && !EncodeNormalized(normalized, before, from, ref word, ref sink, scratch))
            {
                return false;
            }

            sink.AddMatch(new AddedTokenMatch(match.Id, normalized.Start(from), normalized.End(to - 1)), word++);
            taken = match.End;
        }

        return EncodeNormalized(normalized, scratch.PointAt(taken), normalized.Count, ref word, ref sink, scratch);
    }

    private static int Utf8Length(int point) => point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;

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
