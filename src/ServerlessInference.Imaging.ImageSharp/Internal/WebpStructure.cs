using System.Buffers.Binary;

namespace ServerlessInference.Imaging.ImageSharp;

/// <summary>Checks that all chunks of a WebP file are present and in order, and reads the orientation from its EXIF data.</summary>
/// <remarks>
/// ImageSharp reads EXIF data only after the pixels, which is too late to determine the displayed size from the header. It also accepts
/// several images, of which it decodes the last, and an image whose size differs from the canvas. Source: RFC 9649 (WebP container).
/// </remarks>
internal static class WebpStructure
{
    private const int RiffHeaderBytes = 12;
    private const int ChunkHeaderBytes = 8;
    private const int ExtendedHeaderBytes = 10;
    private const byte ExifFlag = 0x08;
    private const byte AnimationFlag = 0x02;

    /// <summary>Checks the file, and reads its orientation.</summary>
    /// <param name="encoded">The whole file, beginning with the signature of a WebP file.</param>
    /// <param name="canvas">The size of the canvas, which the image must have; 0 if the file does not state it.</param>
    /// <returns>The EXIF orientation, 1 to 8.</returns>
    /// <exception cref="InvalidImageException">The file is shorter than its header states, or its chunks contradict each other.</exception>
    public static int ReadOrientation(ReadOnlySpan<byte> encoded, out (int Width, int Height) canvas)
    {
        canvas = default;
        uint riff = BinaryPrimitives.ReadUInt32LittleEndian(encoded[4..]);
        if (riff < RiffHeaderBytes - ChunkHeaderBytes || riff > (uint)(encoded.Length - ChunkHeaderBytes))
        {
            throw Malformed.Truncated("WebP");
        }

        int orientation = ExifOrientation.Normal;
        byte flags = 0;
        int images = 0, alphas = 0;
        ReadOnlySpan<byte> chunks = encoded[RiffHeaderBytes..(int)(riff + ChunkHeaderBytes)];
        for (bool first = true; chunks.Length >= ChunkHeaderBytes; first = false)
        {
            uint length = BinaryPrimitives.ReadUInt32LittleEndian(chunks[4..]);
            if (length > (uint)(chunks.Length - ChunkHeaderBytes))
            {
                throw Malformed.Truncated("WebP");
            }

            ReadOnlySpan<byte> data = chunks.Slice(ChunkHeaderBytes, (int)length);
            switch (chunks)
            {
                case [(byte)'V', (byte)'P', (byte)'8', (byte)'X', ..] when first && data.Length >= ExtendedHeaderBytes:
                    flags = data[0];
                    canvas = (flags & AnimationFlag) != 0 ? default : (1 + ReadUInt24(data[4..]), 1 + ReadUInt24(data[7..]));
                    break;
                case [(byte)'V', (byte)'P', (byte)'8', (byte)' ' or (byte)'L', ..]:
                    images++;
                    alphas += alphas > 0 && chunks[3] == (byte)'L' ? 1 : 0;
                    break;
                case [(byte)'A', (byte)'L', (byte)'P', (byte)'H', ..]:
                    // It must precede the image that it belongs to.
                    alphas += 1 + images;
                    break;
                case [(byte)'E', (byte)'X', (byte)'I', (byte)'F', ..] when (flags & ExifFlag) != 0:
                    // Some writers keep the prefix of EXIF data in JPEG files.
                    orientation = data.StartsWith("Exif\0\0"u8) ? ExifOrientation.FromApp1(data) : ExifOrientation.FromTiff(data);
                    break;
                default:
                    break;
            }

            // Chunks of odd length are padded; the padding may be missing at the end.
            chunks = chunks[Math.Min(ChunkHeaderBytes + (int)length + ((int)length & 1), chunks.Length)..];
        }

        return images > 1 || alphas > 1
            ? throw Malformed.Create("WebP", "it contains two images, or an alpha channel without an image")
            : orientation;
    }

    private static int ReadUInt24(ReadOnlySpan<byte> data) => data[0] | (data[1] << 8) | (data[2] << 16);
}
