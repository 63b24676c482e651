using System.Buffers.Binary;

namespace ServerlessInference.Imaging.Formats.Jpeg;

/// <summary>Estimates how much memory decoding a JPEG takes. Only the markers up to the frame header are read.</summary>
/// <remarks>Source: ITU-T T.81 (markers, frame header).</remarks>
internal static class JpegFootprint
{
    /// <summary>The decoder keeps each coefficient of a progressive JPEG in 16 bits.</summary>
    private const int CoefficientBytes = 2;

    /// <summary>Estimates the number of bytes.</summary>
    /// <param name="encoded">The encoded image.</param>
    /// <param name="shorterSide">The length to which the image may be scaled down; 0 for full size.</param>
    /// <returns>The number of bytes; 0 for input without a frame header, which the decoder rejects before it allocates.</returns>
    public static long Estimate(ReadOnlySpan<byte> encoded, int shorterSide)
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
                // Any number of fill bytes (0xFF) may precede a marker.
                at++;
                continue;
            }

            // SOF0 to SOF15 are frame headers, except DHT (C4), JPG (C8) and DAC (CC).
            if (marker is >= 0xC0 and <= 0xCF and not 0xC4 and not 0xC8 and not 0xCC)
            {
                return EstimateFrame(encoded[(at + 4)..], shorterSide, progressive: marker == 0xC2);
            }

            at += 2 + BinaryPrimitives.ReadUInt16BigEndian(encoded[(at + 2)..]);
        }

        return 0;
    }

    private static long EstimateFrame(ReadOnlySpan<byte> frame, int shorterSide, bool progressive)
    {
        const int FixedLength = 6;
        const int ComponentLength = 3;
        if (frame.Length < FixedLength || frame.Length < FixedLength + ComponentLength * frame[5])
        {
            return 0;
        }

        int height = BinaryPrimitives.ReadUInt16BigEndian(frame[1..]), width = BinaryPrimitives.ReadUInt16BigEndian(frame[3..]);
        int scale = JpegScale.Choose(width, height, shorterSide);
        long image = (long)JpegScale.Apply(width, scale) * JpegScale.Apply(height, scale) * ImageBuffer.Channels;
        if (!progressive)
        {
            return image;
        }

        // A progressive image is refined scan by scan, so the coefficients of all components are kept until the last scan. The
        // component with the highest sampling factors has about one coefficient per pixel; the others have proportionally fewer.
        int maxFactor = 1, sumOfFactors = 0;
        for (int i = 0; i < frame[5]; i++)
        {
            byte sampling = frame[FixedLength + ComponentLength * i + 1];
            int factor = (sampling >> 4) * (sampling & 15);
            sumOfFactors += factor;
            maxFactor = Math.Max(maxFactor, factor);
        }

        return image + (long)width * height * sumOfFactors / maxFactor * CoefficientBytes;
    }
}
