using System.Runtime.Intrinsics;

namespace ServerlessInference.Imaging.Formats.Png;

/// <summary>Extracts 8-bit RGB from rows whose samples are whole bytes.</summary>
internal static class PngSamples
{
    /// <summary>Copies the first three samples of each pixel.</summary>
    /// <param name="raw">The row.</param>
    /// <param name="pixelBytes">The number of bytes from one pixel to the next.</param>
    /// <param name="step">The number of bytes from one sample to the next.</param>
    /// <param name="rgb">Receives three bytes per pixel.</param>
    public static void ExtractRgb(ReadOnlySpan<byte> raw, int pixelBytes, int step, Span<byte> rgb)
    {
        int to = 0;
        int from = 0;
        if (Vector128.IsHardwareAccelerated && pixelBytes == 4)
        {
            // Four RGBA pixels become 12 bytes of RGB. Each store writes 16 bytes; the next one overwrites the last four.
            Vector128<byte> indices = Vector128.Create((byte)0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, 255, 255, 255, 255);
            for (; to + 16 <= rgb.Length; to += 12, from += 16)
            {
                ByteShuffle.Shuffle(Vector128.Create(raw.Slice(from, 16)), indices).CopyTo(rgb[to..]);
            }
        }

        for (; to < rgb.Length; to += 3, from += pixelBytes)
        {
            rgb[to] = raw[from];
            rgb[to + 1] = raw[from + step];
            rgb[to + 2] = raw[from + step + step];
        }
    }

    /// <summary>Copies the first sample of each pixel to all three colours.</summary>
    /// <param name="raw">The row.</param>
    /// <param name="pixelBytes">The number of bytes from one pixel to the next.</param>
    /// <param name="rgb">Receives three bytes per pixel.</param>
    public static void ReplicateGray(ReadOnlySpan<byte> raw, int pixelBytes, Span<byte> rgb)
    {
        int to = 0;
        int from = 0;
        if (Vector128.IsHardwareAccelerated && pixelBytes == 1)
        {
            // 16 grey pixels become 48 bytes in three stores.
            Vector128<byte> first = Vector128.Create((byte)0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4, 5);
            Vector128<byte> second = Vector128.Create((byte)5, 5, 6, 6, 6, 7, 7, 7, 8, 8, 8, 9, 9, 9, 10, 10);
            Vector128<byte> third = Vector128.Create((byte)10, 11, 11, 11, 12, 12, 12, 13, 13, 13, 14, 14, 14, 15, 15, 15);
            for (; to + 48 <= rgb.Length; to += 48, from += 16)
            {
                Vector128<byte> gray = Vector128.Create(raw.Slice(from, 16));
                ByteShuffle.Shuffle(gray, first).CopyTo(rgb[to..]);
                ByteShuffle.Shuffle(gray, second).CopyTo(rgb[(to + 16)..]);
                ByteShuffle.Shuffle(gray, third).CopyTo(rgb[(to + 32)..]);
            }
        }

        for (; to < rgb.Length; to += 3, from += pixelBytes)
        {
            rgb[to] = rgb[to + 1] = rgb[to + 2] = raw[from];
        }
    }

    /// <summary>Clips 16-bit grey levels to 8 bits and copies them to all three colours.</summary>
    /// <param name="raw">The row, two bytes per pixel, high byte first.</param>
    /// <param name="rgb">Receives three bytes per pixel.</param>
    public static void ClipGray(ReadOnlySpan<byte> raw, Span<byte> rgb)
    {
        for (int to = 0, from = 0; to < rgb.Length; to += 3, from += 2)
        {
            rgb[to] = rgb[to + 1] = rgb[to + 2] = raw[from] == 0 ? raw[from + 1] : byte.MaxValue;
        }
    }
}
