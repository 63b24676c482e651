namespace ServerlessInference.Imaging;

/// <summary>Moves RGB pixels from the order in which they are stored to the order in which they are displayed.</summary>
/// <remarks>
/// <para>Works on strips of rows, so that a decoder does not need a second image. Pixels are only moved, so the result is exact.</para>
/// <para>Source: the orientations of EXIF 2.32 (CIPA DC-008), section 4.6.4. Thread-safe.</para>
/// </remarks>
public static class OrientationTransform
{
    private const int PixelBytes = ImageBuffer.Channels;

    /// <summary>Determines whether an orientation exchanges width and height.</summary>
    /// <param name="orientation">The EXIF orientation, 1 to 8.</param>
    /// <returns><see langword="true"/> for 5, 6, 7 and 8.</returns>
    public static bool SwapsSides(int orientation) => orientation is >= 5 and <= 8;

    /// <summary>Writes a strip of stored rows to the place where they are displayed.</summary>
    /// <param name="rows">Consecutive stored rows, <c>3 × width</c> bytes each.</param>
    /// <param name="width">The width of the stored image in pixels.</param>
    /// <param name="height">The height of the stored image in pixels.</param>
    /// <param name="firstRow">The index of the first of these rows in the stored image, 0 at the top.</param>
    /// <param name="orientation">The EXIF orientation, 1 to 8.</param>
    /// <param name="destination">The whole displayed image. Its rows have no padding.</param>
    public static void WriteRows(ReadOnlySpan<byte> rows, int width, int height, int firstRow, int orientation, Span<byte> destination)
    {
        int stride = width * PixelBytes;
        int count = rows.Length / stride;
        if (SwapsSides(orientation))
        {
            WriteColumns(rows, width, height, firstRow, count, orientation, destination);
            return;
        }

        bool upsideDown = orientation is 3 or 4;
        bool mirrored = orientation is 2 or 3;
        for (int i = 0; i < count; i++)
        {
            int y = upsideDown ? height - 1 - firstRow - i : firstRow + i;
            ReadOnlySpan<byte> row = rows.Slice(i * stride, stride);
            Span<byte> target = destination.Slice(y * stride, stride);
            if (mirrored)
            {
                Mirror(row, target);
            }
            else
            {
                row.CopyTo(target);
            }
        }
    }

    private static void Mirror(ReadOnlySpan<byte> row, Span<byte> target)
    {
        for (int from = 0, to = row.Length - PixelBytes; to >= 0; from += PixelBytes, to -= PixelBytes)
        {
            target[to] = row[from];
            target[to + 1] = row[from + 1];
            target[to + 2] = row[from + 2];
        }
    }

    // Stored columns become displayed rows: from top to bottom in 5 and 6, from bottom to top in 7 and 8. The first stored row becomes
    // the leftmost displayed column in 5 and 8, the rightmost in 6 and 7. The outer loop runs over displayed rows, so that writes stay
    // within one row at a time.
    private static void WriteColumns(
        ReadOnlySpan<byte> rows, int width, int height, int firstRow, int count, int orientation, Span<byte> destination)
    {
        int stride = width * PixelBytes;
        int targetStride = height * PixelBytes;
        bool columnsFromBottom = orientation is 7 or 8;
        bool rowsFromRight = orientation is 6 or 7;
        int step = rowsFromRight ? -PixelBytes : PixelBytes;
        int firstColumn = rowsFromRight ? height - 1 - firstRow : firstRow;
        for (int x = 0; x < width; x++)
        {
            int y = columnsFromBottom ? width - 1 - x : x;
            Span<byte> target = destination.Slice(y * targetStride, targetStride);
            int from = x * PixelBytes;
            int to = firstColumn * PixelBytes;
            for (int i = 0; i < count; i++, from += stride, to += step)
            {
                target[to + 2] = rows[from + 2];
                target[to + 1] = rows[from + 1];
                target[to] = rows[from];
            }
        }
    }
}
