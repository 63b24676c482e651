using System.Buffers.Binary;

namespace ServerlessInference.Vision.Imaging.Internal;

/// <summary>Estimates from its header how much memory decoding an image takes, without parsing more than that.</summary>
/// <remarks>Sources: ITU-T T.81 (markers, frame header), the PNG specification (IHDR comes first).</remarks>
internal static class ImageFootprint
{
    private const int PngWidth = 16;
    private const int PngHeader = 26;

    /// <summary>What decoders of other formats may hold beside the pixels: one more copy in 32 bits a pixel.</summary>
    private const int OtherBytesPerPixel = ImageBuffer.Channels + 4;

    /// <summary>A coefficient of a progressive JPEG is kept in 16 bits.</summary>
    private const int CoefficientBytes = 2;

    /// <summary>Estimates the bytes.</summary>
    /// <param name="encoded">The encoded image.</param>
    /// <param name="decoder">Reads the headers of formats that are not known here.</param>
    /// <returns>Bytes; 0 for what is no image, which the decoder refuses before it allocates.</returns>
    public static long Estimate(ReadOnlySpan<byte> encoded, IImageDecoder decoder)
    {
        switch (ImageFormatDetector.Detect(encoded))
        {
            case ImageFormat.Jpeg:
                return OfJpeg(encoded);
            case ImageFormat.Png:
                return encoded.Length < PngHeader ? 0 : ImageBuffer.Channels
                    * (long)BinaryPrimitives.ReadUInt32BigEndian(encoded[PngWidth..]) * BinaryPrimitives.ReadUInt32BigEndian(encoded[(PngWidth + 4)..]);
            case ImageFormat format when decoder.CanDecode(format):
                return OfOther(encoded, decoder);
            default:
                return 0;
        }
    }

    private static long OfOther(ReadOnlySpan<byte> encoded, IImageDecoder decoder)
    {
        try
        {
            ImageInfo info = decoder.Identify(encoded);
            return (long)info.Width * info.Height * OtherBytesPerPixel;
        }
        catch (InvalidInputException)
        {
            // Decoding says the same to the caller.
            return 0;
        }
    }

    private static long OfJpeg(ReadOnlySpan<byte> encoded)
    {
        for (int at = 2; at + 4 <= encoded.Length;)
        {
            if (encoded[at] != 0xFF)
            {
                return 0;
            }

            byte marker = encoded[at + 1];
            if (marker == 0xFF)
            {
                // Any number of fill bytes may stand before a marker.
                at++;
                continue;
            }

            if (marker is >= 0xC0 and <= 0xCF and not 0xC4 and not 0xC8 and not 0xCC)
            {
                return OfFrame(encoded[(at + 4)..], progressive: marker == 0xC2);
            }

            at += 2 + BinaryPrimitives.ReadUInt16BigEndian(encoded[(at + 2)..]);
        }

        return 0;
    }

    private static long OfFrame(ReadOnlySpan<byte> frame, bool progressive)
    {
        const int Head = 6;
        const int Component = 3;
        if (frame.Length < Head || frame.Length < Head + Component * frame[5])
        {
            return 0;
        }

        long pixels = (long)BinaryPrimitives.ReadUInt16BigEndian(frame[1..]) * BinaryPrimitives.ReadUInt16BigEndian(frame[3..]);
        if (!progressive)
        {
            return pixels * ImageBuffer.Channels;
        }

        int most = 1, samples = 0;
        for (int i = 0; i < frame[5]; i++)
        {
            byte sampling = frame[Head + Component * i + 1];
            int count = (sampling >> 4) * (sampling & 15);
            samples += count;
            most = Math.Max(most, count);
        }

        return pixels * ImageBuffer.Channels + pixels * samples / most * CoefficientBytes;
    }
}
