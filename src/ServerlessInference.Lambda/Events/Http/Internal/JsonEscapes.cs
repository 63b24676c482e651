using System.Globalization;
using System.Text;

namespace ServerlessInference.Lambda;

/// <summary>Replaces the escapes of a JSON string where it stands, so that a body of megabytes needs no second one.</summary>
/// <remarks>Source: RFC 8259, section 7. What an escape stands for is never longer than the escape.</remarks>
internal static class JsonEscapes
{
    /// <summary>Unescapes.</summary>
    /// <param name="text">The string between its quotes, UTF-8; overwritten.</param>
    /// <returns>The length of the result, which stands at the beginning; -1 where an escape is damaged, such as half a surrogate pair.</returns>
    public static int UnescapeInPlace(Span<byte> text)
    {
        int written = 0;
        for (int at = 0; at < text.Length;)
        {
            int plain = text[at..].IndexOf((byte)'\\');
            plain = plain < 0 ? text.Length - at : plain;
            text.Slice(at, plain).CopyTo(text[written..]);
            written += plain;
            at += plain;
            if (at == text.Length)
            {
                break;
            }

            if (at + 1 == text.Length)
            {
                return -1;
            }

            byte kind = text[at + 1];
            if (kind == (byte)'u')
            {
                int consumed = ReadCodePoint(text[at..], out Rune rune);
                if (consumed == 0)
                {
                    return -1;
                }

                written += rune.EncodeToUtf8(text[written..]);
                at += consumed;
                continue;
            }

            int index = "\"\\/bfnrt"u8.IndexOf(kind);
            if (index < 0)
            {
                return -1;
            }

            text[written++] = "\"\\/\b\f\n\r\t"u8[index];
            at += 2;
        }

        return written;
    }

    /// <summary>Reads one escape of four digits, or the two of a surrogate pair.</summary>
    /// <returns>How many bytes they take; 0 where they stand for no character.</returns>
    private static int ReadCodePoint(ReadOnlySpan<byte> escape, out Rune rune)
    {
        const int Length = 6;
        rune = default;
        if (!TryReadUnit(escape, out char first))
        {
            return 0;
        }

        if (Rune.TryCreate(first, out rune))
        {
            return Length;
        }

        return TryReadUnit(escape[Length..], out char second) && Rune.TryCreate(first, second, out rune) ? 2 * Length : 0;
    }

    private static bool TryReadUnit(ReadOnlySpan<byte> escape, out char unit)
    {
        unit = default;
        if (escape.Length < 6 || escape[0] != (byte)'\\' || escape[1] != (byte)'u'
            || !ushort.TryParse(escape[2..6], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ushort value))
        {
            return false;
        }

        unit = (char)value;
        return true;
    }
}
