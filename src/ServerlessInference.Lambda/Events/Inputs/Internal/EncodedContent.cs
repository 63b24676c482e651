using System.Buffers;
using System.Buffers.Text;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace ServerlessInference.Lambda.Events.Inputs;

/// <summary>Decodes inputs that their sender has written as text: base64, in either alphabet, alone or in a data URL.</summary>
/// <remarks>Sources: RFC 4648, sections 4 and 5; RFC 2397.</remarks>
internal static class EncodedContent
{
    /// <summary>The maximum length of what precedes the data in a data URL: a media type with its parameters.</summary>
    private const int MaxPrefixLength = 256;

    /// <summary>Returns whether a text is a data URL with content in base64.</summary>
    public static bool IsDataUrl(ReadOnlySpan<byte> text) => GetPrefixLength(text) > 0;

    /// <summary>Returns whether a text is certainly meant as a file: a data URL, or base64 of a format with a signature.</summary>
    public static bool IsFile(ReadOnlySpan<byte> text) => IsDataUrl(text) || MediaSignature.MatchesBase64(text);

    /// <summary>Returns whether a JSON string is certainly meant as a file.</summary>
    public static bool IsFile(JsonElement text) => IsFile(GetText(text));

    /// <summary>Decodes a data URL, or base64.</summary>
    /// <exception cref="InvalidInputException">The text is not valid base64.</exception>
    public static ReadOnlyMemory<byte> Decode(ReadOnlySpan<byte> text)
    {
        ReadOnlySpan<byte> base64 = text[GetPrefixLength(text)..];
        byte[] content = GC.AllocateUninitializedArray<byte>(Base64.GetMaxDecodedFromUtf8Length(base64.Length) + 3);
        if (Base64.DecodeFromUtf8(base64, content, out _, out int written) != OperationStatus.Done
            && Base64Url.DecodeFromUtf8(base64, content, out _, out written) != OperationStatus.Done)
        {
            throw new InvalidInputException("The input is not valid base64.");
        }

        return content.AsMemory(0, written);
    }

    /// <summary>Decodes a JSON string that contains a data URL, or base64.</summary>
    /// <exception cref="InvalidInputException">The text is not valid base64.</exception>
    public static ReadOnlyMemory<byte> Decode(JsonElement text) => Decode(GetText(text));

    // Base64 is only escaped by writers that escape slashes, so megabytes of it are usually decoded where they are.
    private static ReadOnlySpan<byte> GetText(JsonElement text)
    {
        ReadOnlySpan<byte> raw = JsonMarshal.GetRawUtf8Value(text)[1..^1];
        return raw.Contains((byte)'\\') ? Encoding.UTF8.GetBytes(EventJson.ReadText(text)) : raw;
    }

    private static int GetPrefixLength(ReadOnlySpan<byte> text)
    {
        if (text.Length < 5 || !Ascii.EqualsIgnoreCase(text[..5], "data:"u8))
        {
            return 0;
        }

        ReadOnlySpan<byte> mark = ";base64,"u8;
        int comma = text[..Math.Min(text.Length, MaxPrefixLength)].IndexOf((byte)',');
        int start = comma + 1 - mark.Length;
        return start > 0 && Ascii.EqualsIgnoreCase(text[start..(comma + 1)], mark) ? comma + 1 : 0;
    }
}
