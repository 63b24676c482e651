using System.IO.Compression;

namespace ServerlessInference.Imaging.Formats.Png;

/// <summary>The text of a chunk tEXt, zTXt or iTXt.</summary>
internal static class PngText
{
    public const uint Text = 0x74455874;
    public const uint CompressedText = 0x7A545874;
    public const uint InternationalText = 0x69545874;

    /// <summary>The longest text that is decompressed. Pillow has the same limit.</summary>
    private const int MaxLength = 1024 * 1024;

    /// <summary>Determines whether a chunk has a text with a given keyword.</summary>
    /// <param name="type">The type of the chunk.</param>
    /// <param name="data">Its data.</param>
    /// <param name="keyword">The keyword.</param>
    public static bool Has(uint type, ReadOnlySpan<byte> data, ReadOnlySpan<byte> keyword) =>
        type is Text or CompressedText or InternationalText
        && data.Length > keyword.Length && data.StartsWith(keyword) && data[keyword.Length] == 0;

    /// <summary>Reads the text.</summary>
    /// <param name="type">The type of the chunk.</param>
    /// <param name="data">Its data.</param>
    /// <returns>The text; empty if it is damaged.</returns>
    public static ReadOnlySpan<byte> Read(uint type, ReadOnlySpan<byte> data)
    {
        ReadOnlySpan<byte> rest = SkipString(data);
        switch (type)
        {
            case Text:
                return rest;
            case CompressedText:
                return rest.Length > 1 && rest[0] == 0 ? Inflate(rest[1..]) : default;
            default:
                // A flag for compression, its method, a language and a translated keyword precede the text.
                if (rest.Length < 2)
                {
                    return default;
                }

                ReadOnlySpan<byte> text = SkipString(SkipString(rest[2..]));
                return rest[0] == 0 ? text : rest[1] == 0 ? Inflate(text) : default;
        }
    }

    private static ReadOnlySpan<byte> SkipString(ReadOnlySpan<byte> data)
    {
        int end = data.IndexOf((byte)0);
        return end < 0 ? default : data[(end + 1)..];
    }

    private static ReadOnlySpan<byte> Inflate(ReadOnlySpan<byte> compressed)
    {
        using var inflater = new ZLibStream(new MemoryStream(compressed.ToArray()), CompressionMode.Decompress);
        byte[] text = new byte[MaxLength];
        try
        {
            int length = inflater.ReadAtLeast(text, text.Length, throwOnEndOfStream: false);
            return text.AsSpan(0, length);
        }
        catch (InvalidDataException)
        {
            // Damaged metadata does not make the pixels unusable; the image is then taken as it is stored.
            return default;
        }
    }
}
