using System.Buffers.Binary;

namespace ServerlessInference.Vision.Imaging;

/// <summary>Tells an image's file format from its first bytes.</summary>
/// <remarks>
/// <para>A name or a content type is never looked at. Thread-safe: holds no state.</para>
/// <para>Source: the signatures in the formats' own specifications; for AVIF and HEIC the brands in the <c>ftyp</c> box (ISO/IEC 14496-12).</para>
/// </remarks>
public static class ImageFormatDetector
{
    /// <summary>Bytes from the start of a file that suffice to tell every format of <see cref="ImageFormat"/>.</summary>
    public const int SignatureLength = 64;

    internal static ReadOnlySpan<byte> PngSignature => [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A];

    private static ReadOnlySpan<byte> JpegSignature => [0xFF, 0xD8, 0xFF];

    /// <summary>Tells the format.</summary>
    /// <param name="encoded">The file's first bytes; more than <see cref="SignatureLength"/> are not looked at.</param>
    /// <returns>The format; <see cref="ImageFormat.Unknown"/> where the bytes are too few or match none.</returns>
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

        if (encoded.StartsWith("II*\0"u8) || encoded.StartsWith("MM\0*"u8) || encoded.StartsWith("II+\0"u8) || encoded.StartsWith("MM\0+"u8))
        {
            return ImageFormat.Tiff;
        }

        if (encoded.Length >= 12 && encoded[4..].StartsWith("ftyp"u8))
        {
            return DetectIsoMedia(encoded);
        }

        return IsBitmap(encoded) ? ImageFormat.Bmp : ImageFormat.Unknown;
    }

    // "BM" alone is two letters of any text: the reserved fields of the header must be zero as well.
    private static bool IsBitmap(ReadOnlySpan<byte> encoded) =>
        encoded.Length >= 14 && encoded.StartsWith("BM"u8) && encoded.Slice(6, 4).IndexOfAnyExcept((byte)0) < 0;

    private static ImageFormat DetectIsoMedia(ReadOnlySpan<byte> encoded)
    {
        // The major brand comes first, then a version number, then the compatible brands to the end of the box.
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
