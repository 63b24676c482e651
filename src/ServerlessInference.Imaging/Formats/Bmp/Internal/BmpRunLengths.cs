namespace ServerlessInference.Imaging.Formats.Bmp;

/// <summary>Decodes run-length encoded rows of palette indices.</summary>
/// <remarks>
/// Source: Microsoft's documentation of bitmap compression. Pixels that the data skips have index 0, and so have those after an early end.
/// </remarks>
internal static class BmpRunLengths
{
    private const int EndOfLine = 0;
    private const int EndOfBitmap = 1;
    private const int Delta = 2;

    /// <summary>Decodes an image.</summary>
    /// <param name="data">The encoded pixels.</param>
    /// <param name="fourBits">Whether a byte encodes two pixels.</param>
    /// <param name="width">The width of the image.</param>
    /// <param name="indices">Receives one index per pixel, row by row in stored order. It is cleared first.</param>
    public static void Decode(ReadOnlySpan<byte> data, bool fourBits, int width, Span<byte> indices)
    {
        indices.Clear();
        int height = indices.Length / width;
        int x = 0, y = 0, at = 0;
        while (y < height)
        {
            if (at + 2 > data.Length)
            {
                // The codes for the end may be missing, but not pixels.
                if (y == height - 1 && x == width)
                {
                    return;
                }

                throw BmpErrors.Truncated("pixels");
            }

            int count = data[at];
            int value = data[at + 1];
            at += 2;
            if (count > 0)
            {
                FillRun(indices.Slice((y * width) + x, Math.Min(count, width - x)), value, fourBits);
                x = Math.Min(x + count, width);
                continue;
            }

            switch (value)
            {
                case EndOfLine:
                    x = 0;
                    y++;
                    break;
                case EndOfBitmap:
                    return;
                case Delta:
                    if (at + 2 > data.Length)
                    {
                        throw BmpErrors.Truncated("pixels");
                    }

                    x = Math.Min(x + data[at], width);
                    y += data[at + 1];
                    at += 2;
                    break;
                default:
                    int bytes = fourBits ? (value + 1) / 2 : value;
                    if (at + bytes > data.Length)
                    {
                        throw BmpErrors.Truncated("pixels");
                    }

                    CopyPixels(data.Slice(at, bytes), indices.Slice((y * width) + x, Math.Min(value, width - x)), fourBits);
                    x = Math.Min(x + value, width);

                    // Literal pixels are padded to an even number of bytes.
                    at += (bytes + 1) & ~1;
                    break;
            }
        }
    }

    private static void FillRun(Span<byte> target, int value, bool fourBits)
    {
        if (!fourBits)
        {
            target.Fill((byte)value);
            return;
        }

        for (int i = 0; i < target.Length; i++)
        {
            target[i] = (byte)((i & 1) == 0 ? value >> 4 : value & 15);
        }
    }

    private static void CopyPixels(ReadOnlySpan<byte> source, Span<byte> target, bool fourBits)
    {
        if (!fourBits)
        {
            source[..target.Length].CopyTo(target);
            return;
        }

        for (int i = 0; i < target.Length; i++)
        {
            int value = source[i >> 1];
            target[i] = (byte)((i & 1) == 0 ? value >> 4 : value & 15);
        }
    }
}
