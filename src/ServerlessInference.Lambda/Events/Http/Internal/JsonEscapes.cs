using System.Globalization;
using System.Text;

namespace ServerlessInference.Lambda.Events.Http;

/// <summary>Replaces the escapes of a JSON string in place, so that a body of several megabytes is not copied.</summary>
/// <remarks>Source: RFC 8259, section 7. In UTF-8, a character is never longer than its escape.</remarks>
internal static class JsonEscapes
{
    /// <summary>Replaces all escapes.</summary>
    /// <param name="text">The string between its quotes, UTF-8; overwritten.</param>
    /// <returns>
    /// The length of the result, which is at the beginning of the text; -1 if an escape is invalid, such as a lone surrogate.
    /// </returns>
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

    /// <summary>Reads one escape with four hexadecimal digits, or the two escapes of a surrogate pair.</summary>
    /// <returns>The length of the escapes in bytes; 0 if they do not represent a character.</returns>
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
