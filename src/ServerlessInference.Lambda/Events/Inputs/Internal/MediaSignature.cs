using System.Buffers;
using System.Buffers.Text;

namespace ServerlessInference.Lambda.Events.Inputs;

/// <summary>
/// Recognises image, video and audio files by their first bytes, which no text begins with. Only what is recognised here is decoded
/// although its sender did not say that it is base64.
/// </summary>
/// <remarks>
/// Sources: the headers in ITU-T T.81 (JPEG), RFC 2083 (PNG), GIF89a, RIFF (WebP, WAV), TIFF 6.0, BMP, ISO/IEC 14496-12 (HEIC, AVIF, MP4),
/// RFC 3533 (Ogg) and RFC 9639 (FLAC).
/// </remarks>
internal static class MediaSignature
{
    /// <summary>The number of base64 characters that contain enough bytes to recognise every format.</summary>
    private const int MinBase64Length = 20;

    /// <summary>Returns whether bytes begin like a file of one of these formats.</summary>
    public static bool Matches(ReadOnlySpan<byte> start)
    {
        if (start.Length < 12)
        {
            return false;
        }

        return start[0] switch
        {
            0xFF => start[1] == 0xD8 && start[2] == 0xFF,
            0x89 => start[1..].StartsWith("PNG\r\n"u8),
            (byte)'G' => start.StartsWith("GIF87a"u8) || start.StartsWith("GIF89a"u8),
            (byte)'R' => start.StartsWith("RIFF"u8) && (start[8..].StartsWith("WEBP"u8) || start[8..].StartsWith("WAVE"u8)),
            (byte)'I' => start.StartsWith("II*\0"u8),
            (byte)'M' => start.StartsWith("MM\0*"u8),

            // The four bytes after the size of a BMP file are reserved and always zero.
            (byte)'B' => start[1] == (byte)'M' && start.Slice(6, 4).IndexOfAnyExcept((byte)0) < 0,
            (byte)'O' => start.StartsWith("OggS\0"u8),
            (byte)'f' => start.StartsWith("fLaC\0"u8),
            0 => start[4..].StartsWith("ftyp"u8),
            _ => false,
        };
    }

    /// <summary>Returns whether a text is the beginning of such a file in base64.</summary>
    public static bool MatchesBase64(ReadOnlySpan<byte> text)
    {
        if (text.Length < MinBase64Length)
        {
            return false;
        }

        Span<byte> start = stackalloc byte[MinBase64Length];
        return Base64.DecodeFromUtf8(text[..MinBase64Length], start, out _, out int written, isFinalBlock: false) == OperationStatus.Done
            && Matches(start[..written]);
    }
}
