namespace ServerlessInference.Imaging.Formats.Webp;

/// <summary>Decodes lossless pictures. Reusable for any number of pictures, one at a time.</summary>
/// <remarks>Source: the WebP lossless bitstream specification (RFC 9649, section 3).</remarks>
internal sealed unsafe class Vp8LDecoder
{
    private const int HeaderLength = 5;
    private const int MaxTransforms = 4;

    /// <summary>The number of pixels after a picture that copies may write.</summary>
    private const int Slack = 16;

    private readonly PinnedBuffer<byte> _data = new();
    private readonly PinnedBuffer<uint> _pixels = new();
    private readonly PinnedBuffer<uint> _groupImage = new();
    private readonly PinnedBuffer<uint> _cache = new();
    private readonly PinnedBuffer<uint> _row = new();
    private readonly PinnedBuffer<uint> _expanded = new();
    private readonly Vp8LCodeReader _codes = new();
    private readonly Vp8LTransform[] _transforms = [new(), new(), new(), new()];
    private int _transformCount;

    /// <summary>Decodes a picture.</summary>
    /// <param name="image">The picture. Its header has been checked.</param>
    /// <param name="output">Receives the rows.</param>
    /// <param name="alphaRow">A buffer for the transparency of a row; <see langword="null"/> if it is not needed.</param>
    public void Decode(in WebpImage image, WebpOutput output, byte* alphaRow)
    {
        uint* pixels = ReadPixels(image.Data[HeaderLength..], image.Width, image.Height, out int storedWidth);
        for (int y = 0; y < image.Height; y++)
        {
            uint* row = Invert(pixels + ((nint)y * storedWidth), storedWidth, y);
            Vp8LInverse.WriteRgb(row, image.Width, output.GetRow(y));
            for (int x = 0; alphaRow != null && x < image.Width; x++)
            {
                alphaRow[x] = (byte)(row[x] >> 24);
            }

            output.CompleteRow(y, alphaRow);
        }
    }

    /// <summary>Decodes a picture whose green levels are the transparency of a lossy picture. It has no header.</summary>
    /// <param name="data">The picture.</param>
    /// <param name="width">The width of the lossy picture.</param>
    /// <param name="height">The height of the lossy picture.</param>
    /// <param name="alpha">Receives one byte per pixel.</param>
    public void DecodeAlpha(ReadOnlySpan<byte> data, int width, int height, byte* alpha)
    {
        uint* pixels = ReadPixels(data, width, height, out int storedWidth);
        for (int y = 0; y < height; y++, alpha += width)
        {
            uint* row = Invert(pixels + ((nint)y * storedWidth), storedWidth, y);
            for (int x = 0; x < width; x++)
            {
                alpha[x] = (byte)(row[x] >> 8);
            }
        }
    }

    /// <summary>Releases buffers that are too large to keep for the next image.</summary>
    public void Trim()
    {
        _pixels.Trim();
        _groupImage.Trim();
        foreach (Vp8LTransform transform in _transforms)
        {
            transform.Data.Trim();
        }
    }

    private uint* ReadPixels(ReadOnlySpan<byte> data, int width, int height, out int storedWidth)
    {
        byte* copy = _data.Ensure(data.Length + (long)Vp8LBitReader.Padding);
        data.CopyTo(new Span<byte>(copy, data.Length));
        new Span<byte>(copy + data.Length, Vp8LBitReader.Padding).Clear();
        var reader = new Vp8LBitReader(copy, data.Length);
        storedWidth = ReadTransforms(ref reader, width, height);
        uint* pixels = ReadImage(ref reader, storedWidth, height, _pixels, isMain: true);
        _row.Ensure(width + (2L * Slack));
        _expanded.Ensure(width + (2L * Slack));
        return pixels;
    }

    private int ReadTransforms(ref Vp8LBitReader reader, int width, int height)
    {
        _transformCount = 0;
        int seen = 0;
        while (reader.ReadFlag())
        {
            var kind = (Vp8LTransformKind)reader.Read(2);
            if ((seen & (1 << (int)kind)) != 0)
            {
                throw WebpErrors.Malformed($"a transform of kind {(int)kind} occurs twice");
            }

            seen |= 1 << (int)kind;
            Vp8LTransform transform = _transforms[_transformCount++];
            transform.Kind = kind;
            transform.Width = width;
            switch (kind)
            {
                case Vp8LTransformKind.Predictor or Vp8LTransformKind.CrossColor:
                    transform.Bits = reader.Read(3) + 2;
                    int columns = CountTiles(width, transform.Bits);
                    ReadImage(ref reader, columns, CountTiles(height, transform.Bits), transform.Data, isMain: false);
                    break;
                case Vp8LTransformKind.ColorIndexing:
                    width = ReadPalette(ref reader, transform);
                    break;
            }

            if (kind == Vp8LTransformKind.Predictor)
            {
                transform.Above.Ensure(width + (2L * Slack));
            }

            if (reader.HasPassed || _transformCount > MaxTransforms)
            {
                throw WebpErrors.Truncated("transforms");
            }
        }

        return width;
    }

    private int ReadPalette(ref Vp8LBitReader reader, Vp8LTransform transform)
    {
        int colors = reader.Read(8) + 1;
        transform.Bits = colors > 16 ? 0 : colors > 4 ? 1 : colors > 2 ? 2 : 3;
        uint* palette = ReadImage(ref reader, colors, 1, transform.Data, isMain: false);
        for (int i = 1; i < colors; i++)
        {
            palette[i] = Vp8LInverse.Add(palette[i], palette[i - 1]);
        }

        // Indices beyond the end are transparent black.
        palette = transform.Data.Ensure(256 + Slack);
        new Span<uint>(palette + colors, 256 - colors).Clear();
        return CountTiles(transform.Width, transform.Bits);
    }

    private static int CountTiles(int size, int bits) => (size + (1 << bits) - 1) >> bits;

    /// <summary>Reads a picture: the main one, or one that a transform or the choice of codes needs.</summary>
    private uint* ReadImage(ref Vp8LBitReader reader, int width, int height, PinnedBuffer<uint> buffer, bool isMain)
    {
        int cacheBits = 0;
        if (reader.ReadFlag())
        {
            cacheBits = reader.Read(4);
            if (cacheBits is < 1 or > Vp8LCodeGroup.MaxCacheBits)
            {
                throw WebpErrors.Malformed($"a colour cache has {cacheBits} bits; the maximum is {Vp8LCodeGroup.MaxCacheBits}");
            }
        }

        uint* groupImage = null;
        int groupBits = 0;
        int groups = 1;
        if (isMain && reader.ReadFlag())
        {
            groupBits = reader.Read(3) + 2;
            int columns = CountTiles(width, groupBits);
            int rows = CountTiles(height, groupBits);
            groupImage = ReadImage(ref reader, columns, rows, _groupImage, isMain: false);
            for (nint i = 0; i < (nint)columns * rows; i++)
            {
                groupImage[i] = (groupImage[i] >> 8) & 0xFFFF;
                groups = Math.Max(groups, (int)groupImage[i] + 1);
            }
        }

        _codes.Read(ref reader, groups, cacheBits);

        // A palette needs all of its 256 entries later, and must not move when they are added.
        uint* pixels = buffer.Ensure(Math.Max(((long)width * height) + Slack, 256 + Slack));
        uint* cache = null;
        if (cacheBits > 0)
        {
            cache = _cache.Ensure(1 << cacheBits);
            new Span<uint>(cache, 1 << cacheBits).Clear();
        }

        var layout = new Vp8LLayout(width, height, groupImage, groupBits, cache, cacheBits);
        Vp8LPixels.Decode(ref reader, layout, _codes.Groups, pixels);
        return reader.HasPassed ? throw WebpErrors.Truncated("image data") : pixels;
    }

    // Inverts the transforms of a row, the last one first.
    private uint* Invert(uint* stored, int storedWidth, int y)
    {
        uint* row = _row.Ensure(1) + 1;
        uint* other = _expanded.Ensure(1) + 1;
        new ReadOnlySpan<uint>(stored, storedWidth).CopyTo(new Span<uint>(row, storedWidth));
        for (int i = _transformCount - 1; i >= 0; i--)
        {
            Vp8LTransform transform = _transforms[i];
            int width = transform.Width;
            uint* data = transform.Data.Ensure(1);
            switch (transform.Kind)
            {
                case Vp8LTransformKind.Predictor:
                    data += (nint)(y >> transform.Bits) * CountTiles(width, transform.Bits);
                    Vp8LPredictor.Invert(row, transform.Above.Ensure(1) + 1, width, y == 0, data, transform.Bits);
                    break;
                case Vp8LTransformKind.CrossColor:
                    data += (nint)(y >> transform.Bits) * CountTiles(width, transform.Bits);
                    Vp8LInverse.CrossColor(row, width, data, transform.Bits);
                    break;
                case Vp8LTransformKind.SubtractGreen:
                    Vp8LInverse.AddGreen(row, width);
                    break;
                default:
                    Vp8LInverse.LookUpColors(row, width, data, transform.Bits, other);
                    uint* indices = row;
                    row = other;
                    other = indices;
                    break;
            }
        }

        return row;
    }
}
