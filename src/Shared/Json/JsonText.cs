using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace ServerlessInference.Json;

/// <summary>Reads strings from JSON in which an escape may be half of a surrogate pair, which the framework rejects.</summary>
internal static class JsonText
{
    private const char Replacement = '\uFFFD';

    /// <summary>Reads a JSON string. A lone surrogate (<c>\ud83d</c>) becomes U+FFFD, as a conversion to UTF-8 makes of it.</summary>
    /// <param name="value">The string.</param>
    /// <exception cref="DecoderFallbackException">The JSON is not valid UTF-8.</exception>
    internal static string Read(JsonElement value)
    {
        try
        {
            return value.GetString()!;
        }
        catch (InvalidOperationException) when (value.ValueKind == JsonValueKind.String)
        {
            string raw = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(JsonMarshal.GetRawUtf8Value(value));
            return Unescape(raw.AsSpan(1, raw.Length - 2));
        }
    }

    private static string Unescape(ReadOnlySpan<char> raw)
    {
        var text = new StringBuilder(raw.Length);
        for (int i = 0; i < raw.Length; i++)
        {
            if (raw[i] != '\\')
            {
                text.Append(raw[i]);
                continue;
            }

            i++;
            if (raw[i] != 'u')
            {
                text.Append(UnescapeOne(raw[i]));
                continue;
            }

            char unit = ReadUnit(raw, i + 1);
            i += 4;
            if (char.IsHighSurrogate(unit) && IsLowSurrogateAt(raw, i + 1))
            {
                text.Append(unit).Append(ReadUnit(raw, i + 3));
                i += 6;
            }
            else
            {
                text.Append(char.IsSurrogate(unit) ? Replacement : unit);
            }
        }

        return text.ToString();
    }

    private static bool IsLowSurrogateAt(ReadOnlySpan<char> raw, int index) =>
        index + 5 < raw.Length && raw[index] == '\\' && raw[index + 1] == 'u' && char.IsLowSurrogate(ReadUnit(raw, index + 2));

    // The JSON has been parsed before, so four hexadecimal digits follow.
    private static char ReadUnit(ReadOnlySpan<char> raw, int index) =>
        (char)ushort.Parse(raw.Slice(index, 4), NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    private static char UnescapeOne(char escaped) => escaped switch
    {
        'b' => '\b',
        'f' => '\f',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        _ => escaped,
    };
}
