namespace ServerlessInference.Imaging.Processing;

/// <summary>Writes rows of pixels into a tensor with a given element type, layout and channel order.</summary>
/// <typeparam name="T">The element type: float, Half or byte.</typeparam>
internal sealed unsafe class TensorRows<T>
    where T : unmanaged
{
    private readonly T[] _table;
    private readonly bool _planar;
    private readonly bool _reversed;
    private readonly PixelNormalizer? _normalizer;

    /// <summary>Creates a writer.</summary>
    /// <param name="table">The values of the 256 pixel values: first of red, then of green, then of blue.</param>
    /// <param name="options">Layout and channel order.</param>
    /// <param name="normalizer">
    /// The constants with which float32 vector code computes the same values; <see langword="null"/> to look up every value.
    /// </param>
    public TensorRows(T[] table, ImagePreprocessingOptions options, PixelNormalizer? normalizer)
    {
        _table = table;
        _planar = options.Layout == TensorLayout.Nchw;
        _reversed = options.ChannelOrder == ChannelOrder.Bgr;
        _normalizer = normalizer;
    }

    /// <summary>Writes consecutive pixels of one row.</summary>
    /// <param name="row">The pixels: red, green, blue of each.</param>
    /// <param name="count">The number of pixels.</param>
    /// <param name="tensor">The tensor of the image.</param>
    /// <param name="at">The position of the first pixel: row times width plus column.</param>
    /// <param name="plane">The size of a plane: height times width of the tensor.</param>
    public void Write(byte* row, int count, T* tensor, nint at, nint plane)
    {
        fixed (T* table = _table)
        {
            if (!_planar)
            {
                WriteInterleaved(row, count, table, tensor + (3 * at));
                return;
            }

            // BGR only exchanges the planes that red and blue are written to.
            T* red = tensor + at + (_reversed ? 2 * plane : 0);
            T* green = tensor + at + plane;
            T* blue = tensor + at + (_reversed ? 0 : 2 * plane);
            int done = typeof(T) == typeof(float) && _normalizer is not null
                ? PlanarKernel.Run(row, count, _normalizer, (float*)red, (float*)green, (float*)blue, PlanarKernel.IsWideSupported)
                : 0;
            for (row += 3 * done; done < count; done++, row += 3)
            {
                red[done] = table[row[0]];
                green[done] = table[PixelNormalizer.Levels + row[1]];
                blue[done] = table[(2 * PixelNormalizer.Levels) + row[2]];
            }
        }
    }

    /// <summary>Writes a run of pixels of the same grey. Does nothing if <paramref name="count"/> is 0 or negative.</summary>
    public void Fill(byte gray, int count, T* tensor, nint at, nint plane)
    {
        if (count <= 0)
        {
            return;
        }

        T red = _table[gray];
        T green = _table[PixelNormalizer.Levels + gray];
        T blue = _table[(2 * PixelNormalizer.Levels) + gray];
        (T first, T third) = _reversed ? (blue, red) : (red, blue);
        if (_planar)
        {
            new Span<T>(tensor + at, count).Fill(first);
            new Span<T>(tensor + at + plane, count).Fill(green);
            new Span<T>(tensor + at + (2 * plane), count).Fill(third);
            return;
        }

        T* to = tensor + (3 * at);
        for (int i = 0; i < count; i++, to += 3)
        {
            to[0] = first;
            to[1] = green;
            to[2] = third;
        }
    }

    private void WriteInterleaved(byte* row, int count, T* table, T* to)
    {
        int first = _reversed ? 2 : 0;
        int third = 2 - first;
        T* firstTable = table + (first * PixelNormalizer.Levels);
        T* thirdTable = table + (third * PixelNormalizer.Levels);
        for (int i = 0; i < count; i++, row += 3, to += 3)
        {
            to[0] = firstTable[row[first]];
            to[1] = table[PixelNormalizer.Levels + row[1]];
            to[2] = thirdTable[row[third]];
        }
    }
}
