using System.Buffers;
using System.Buffers.Binary;

namespace ServerlessInference.Imaging.Formats.Png;

/// <summary>Finds the orientation of a PNG, in the same places and the same order as Pillow.</summary>
/// <remarks>
/// They are the eXIf chunk; if there is none, the text <c>Raw profile type exif</c> of ImageMagick; and, if neither has the tag, XMP.
/// </remarks>
internal static class PngOrientation
{
    private const int ProfileHeaderLines = 3;

    private static ReadOnlySpan<byte> RawProfile => "Raw profile type exif"u8;

    private static ReadOnlySpan<byte> Xmp => "XML:com.adobe.xmp"u8;

    /// <summary>Finds the orientation.</summary>
    /// <param name="chunks">The chunks of the file. It may be truncated or damaged after its image data.</param>
    /// <returns>1 to 8.</returns>
    public static int Find(ReadOnlySpan<byte> chunks)
    {
        ReadOnlySpan<byte> exif = default, profile = default, xmp = default;
        uint profileType = 0, xmpType = 0;
        while (chunks.Length >= 12)
        {
            // Other chunks are skipped without verifying their checksums, which would take longer than finding the chunk.
            uint type = BinaryPrimitives.ReadUInt32BigEndian(chunks[4..]);
            long length = BinaryPrimitives.ReadUInt32BigEndian(chunks);
            if (type == PngChunk.Iend || length > chunks.Length - 12)
            {
                break;
            }

            ReadOnlySpan<byte> data = chunks.Slice(8, (int)length);
            if (type == PngChunk.Exif && exif.IsEmpty)
            {
                exif = Verify(chunks);
            }
            else if (PngText.Has(type, data, RawProfile))
            {
                profile = Verify(chunks);
                profileType = type;
            }
            else if (PngText.Has(type, data, Xmp))
            {
                xmp = Verify(chunks);
                xmpType = type;
            }

            chunks = chunks[((int)length + 12)..];
        }

        if (exif.IsEmpty && !profile.IsEmpty)
        {
            exif = DecodeProfile(PngText.Read(profileType, profile));
        }

        return ExifOrientation.TryFind(exif, out int orientation) ? orientation
            : xmp.IsEmpty ? ExifOrientation.Normal
            : XmpOrientation.Find(PngText.Read(xmpType, xmp));
    }

    private static ReadOnlySpan<byte> Verify(ReadOnlySpan<byte> chunks) =>
        PngChunk.TryRead(chunks, out PngChunk chunk) ? chunk.Data : default;

    // An empty line, the name of the profile and its length precede lines of hexadecimal digits.
    private static ReadOnlySpan<byte> DecodeProfile(ReadOnlySpan<byte> text)
    {
        for (int i = 0; i < ProfileHeaderLines; i++)
        {
            int end = text.IndexOf((byte)'\n');
            if (end < 0)
            {
                return default;
            }

            text = text[(end + 1)..];
        }

        byte[] digits = new byte[text.Length];
        int count = 0;
        foreach (byte digit in text)
        {
            if (digit is not ((byte)'\n' or (byte)'\r' or (byte)' '))
            {
                digits[count++] = digit;
            }
        }

        byte[] decoded = new byte[count / 2];
        return Convert.FromHexString(digits.AsSpan(0, count), decoded, out _, out _) == OperationStatus.Done ? decoded : default;
    }
}
