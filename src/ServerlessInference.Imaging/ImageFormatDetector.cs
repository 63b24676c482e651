using System.Buffers.Binary;

namespace ServerlessInference.Imaging;

/// <summary>Detects the format of an image file from its first bytes.</summary>
/// <remarks>
/// <para>File names and content types are ignored. Thread-safe and stateless.</para>
/// <para>Source: the signatures in the specifications of the formats; for AVIF and HEIC the brands in the <c>ftyp</c> box
/// (ISO/IEC 14496-12).</para>
/// </remarks>
public static class ImageFormatDetector
{
    /// <summary>The number of bytes from the start of a file that suffice to detect every format in <see cref="ImageFormat"/>.</summary>
    public const int SignatureLength = 64;

    internal static ReadOnlySpan<byte> PngSignature => [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A];

    private static ReadOnlySpan<byte> JpegSignature => [0xFF, 0xD8, 0xFF];

    /// <summary>Detects the format.</summary>
    /// <param name="encoded">The first bytes of the file. Bytes beyond <see cref="SignatureLength"/> are ignored.</param>
    /// <returns>The format, or <see cref="ImageFormat.Unknown"/> if there are too few bytes or they match no format.</returns>
    public static ImageFormat Detect(ReadOnlySpan<byte> encoded)
    {
        if (encoded.StartsWith(JpegSignature))
        {
            return ImageFormat.Jpeg;
        }

        if (encoded.StartsWith(PngSignature))
        {
            return ImageFormat.Png;
        }

        if (encoded.Length >= 12 && encoded.StartsWith("RIFF"u8) && encoded[8..].StartsWith("WEBP"u8))
        {
            return ImageFormat.Webp;
        }

        if (encoded.StartsWith("GIF87a"u8) || encoded.StartsWith("GIF89a"u8))
        {
            return ImageFormat.Gif;
        }

        // "*" (42) is the version number of TIFF, "+" (43) that of BigTIFF.
        if (encoded.StartsWith("II*\0"u8) || encoded.StartsWith("MM\0*"u8)
            || encoded.StartsWith("II+\0"u8) || encoded.StartsWith("MM\0+"u8))
        {
            return ImageFormat.Tiff;
        }

        if (encoded.Length >= 12 && encoded[4..].StartsWith("ftyp"u8))
        {
            return DetectIsoMedia(encoded);
        }

        return IsBitmap(encoded) ? ImageFormat.Bmp : ImageFormat.Unknown;
    }

    // Any text may start with the letters "BM", so the reserved fields of the header must be zero as well, or the length of the second
    // header one of those that there are.
    private static bool IsBitmap(ReadOnlySpan<byte> encoded) =>
        encoded.Length >= 14 && encoded.StartsWith("BM"u8)
        && (encoded.Slice(6, 4).IndexOfAnyExcept((byte)0) < 0
            || (encoded.Length >= 18
                && BinaryPrimitives.ReadUInt32LittleEndian(encoded[14..]) is 12 or 40 or 52 or 56 or 64 or 108 or 124));

    private static ImageFormat DetectIsoMedia(ReadOnlySpan<byte> encoded)
    {
        // Layout of the box: its length, "ftyp", the major brand (offset 8), a version number (offset 12, skipped), and from offset 16
        // the compatible brands. AVIF files also list HEIF brands, so HEIF is only returned when no AVIF brand was found.
        uint boxLength = BinaryPrimitives.ReadUInt32BigEndian(encoded);
        int end = (int)Math.Min(boxLength, (uint)Math.Min(encoded.Length, SignatureLength));
        bool heif = false;
        for (int at = 8; at + 4 <= end; at += at == 8 ? 8 : 4)
        {
            ReadOnlySpan<byte> brand = encoded.Slice(at, 4);
            if (brand.SequenceEqual("avif"u8) || brand.SequenceEqual("avis"u8))
            {
                return ImageFormat.Avif;
            }

            heif |= brand.SequenceEqual("heic"u8) || brand.SequenceEqual("heix"u8) || brand.SequenceEqual("hevc"u8)
                || brand.SequenceEqual("hevx"u8) || brand.SequenceEqual("heim"u8) || brand.SequenceEqual("heis"u8)
                || brand.SequenceEqual("mif1"u8) || brand.SequenceEqual("msf1"u8);
        }

        return heif ? ImageFormat.Heic : ImageFormat.Unknown;
    }
}
